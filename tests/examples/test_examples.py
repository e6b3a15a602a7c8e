"""What the examples promise, on both engines, as a user would call it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.cli.test_check import envspec
from tests.examples.conftest import NAMES, Example, named

pytestmark = pytest.mark.index


def ok(
    example: Example, *arguments: str, given: bool = True, **variables: str
) -> subprocess.CompletedProcess[str]:
    done = envspec(*arguments, *(example.given if given else ()), cwd=example.folder, **variables)
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done


everywhere = pytest.mark.parametrize("example", NAMES, indirect=True)
here = pytest.mark.parametrize("example", named(on_docker=False), indirect=True)
on_docker = pytest.mark.parametrize("example", named(on_docker=True), indirect=True)


def stop_all(example: Example, **variables: str) -> None:
    listed = envspec("deployments", "list", cwd=example.folder, **variables).stdout
    for line in listed.splitlines()[1:]:
        envspec("deployments", "stop", line.split()[0], cwd=example.folder, **variables)


@everywhere
def test_checks_without_a_finding(example: Example) -> None:
    found = json.loads(ok(example, "check", "--format", "json").stdout)["diagnostics"]
    assert [d for d in found if d["severity"] != "info"] == []
    ok(example, "fmt", "--check", given=False)


@here
def test_comes_up_and_then_nothing_is_left_to_do(example: Example) -> None:
    """Locked, compiled, built, run and deployed on the engine that it names, twice."""
    try:
        first = ok(example, "up")
        ok(example, "lock", "--check")
        second = ok(example, "up")
        assert "installing" not in second.stderr and "log in" not in second.stderr, second.stderr
        assert first.stdout != ""
        sample = next(iter(example.folder.rglob("request.json")), None)
        for line in envspec("deployments", "list", cwd=example.folder).stdout.splitlines()[1:]:
            assert sample is not None
            ok(example, "deployments", "invoke", line.split()[0], str(sample), given=False)
    finally:
        stop_all(example)


@everywhere
def test_compiles_from_its_lock(example: Example) -> None:
    ok(example, "lock")
    ok(example, "compile", "-o", "out")
    manifest = json.loads((example.folder / "out" / "manifest.json").read_text())
    assert manifest["locked"] is True
    for key in manifest["environments"]:
        assert (example.folder / "out" / "environments" / key / "Dockerfile").is_file()


@on_docker
def test_comes_up_on_docker(example: Example, docker_engine: Any) -> None:
    variables = dict(docker_engine.environment)
    try:
        # The host's network, because the channel of the tests is served on its loopback.
        up = ("up", "--target", "docker", "--network", "host")
        ok(example, *up, **variables)
        again = ok(example, *up, **variables)
        assert "log in" not in again.stderr, again.stderr
    finally:
        stop_all(example, **variables)
        shutil.rmtree(example.folder, ignore_errors=True)
