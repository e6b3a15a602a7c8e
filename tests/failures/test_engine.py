"""An engine that is killed in the middle of a build, and one whose disk is full: a real one, of these tests alone."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.cli.test_check import ENVSPEC, envspec
from tests.engines.docker_engine import DockerEngine
from tests.engines.private_daemon import PrivateDaemon, private_daemon
from tests.engines.small_disk import fill
from tests.failures.cells import cell
from tests.failures.shown import only

pytestmark = pytest.mark.slow

BOTH = ("docker: BuildKit", "docker: classic")
BASE = "python:3.11-slim"
SPEC = """edition = 1
environment e {
    python = "3.11"
}
environment scripted {
    managed     = false
    interpreter = "python3"
    docker {
        image = "python:3.11-slim"
        run   = ["SCRIPT"]
    }
}
"""


@pytest.fixture(scope="module")
def own(docker_engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDaemon]:
    folder = tmp_path_factory.mktemp("own") / "disk"
    with private_daemon(folder, docker_engine.client, BASE, mebibytes=700) as daemon:
        yield daemon


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.envspec").write_text(SPEC.replace("SCRIPT", "true"))
    return tmp_path


def images(daemon: PrivateDaemon) -> list[str]:
    client = docker.DockerClient(base_url=daemon.host, timeout=60)
    try:
        return sorted(tag for image in client.images.list() for tag in image.tags)
    finally:
        client.close()


@cell("disk full", *BOTH)
@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_engine_whose_disk_is_full(own: PrivateDaemon, project: Path, builder: str) -> None:
    arguments = ("build", "e", "--target", "docker", "--builder", builder, "--network", "host", "--no-cache")
    fill(own.disk)
    with (own.disk / "ballast").open("r+b") as ballast:  # room for the first steps only
        ballast.truncate(ballast.seek(0, os.SEEK_END) - 4 * 2**20)
    try:
        found = only(envspec(*arguments, cwd=project, DOCKER_HOST=own.host), 3)
    finally:
        (own.disk / "ballast").unlink()
    assert (found.code, found.place, found.text) == ("E0909", "a.envspec:2:1", "environment e")
    assert found.message == "the disk of the docker engine is full"
    assert "docker builder prune" in found.help
    assert any(".envspec/logs/build-e.docker.log" in note for note in found.notes)
    assert not any(tag.startswith("envspec/e:") for tag in images(own))


def executing(seconds: str) -> bool:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"sleep\0{seconds}\0".encode() in process.read_bytes():
                return True
        except OSError:
            continue
    return False


def scripted(own: PrivateDaemon) -> set[str]:
    return {tag for tag in images(own) if tag.startswith("envspec/scripted:")}


@cell("engine killed", *BOTH)
@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_engine_that_is_killed_in_a_build(own: PrivateDaemon, project: Path, builder: str) -> None:
    """One sentence and nothing left; when it runs again the same command works."""
    seconds = f"20.{time.time_ns()}"
    file = project / "a.envspec"
    file.write_text(SPEC.replace("SCRIPT", f"sleep {seconds}"))
    before = scripted(own)
    arguments = ("build", "scripted", "--target", "docker", "--builder", builder, "--network", "host")
    process = subprocess.Popen(
        [*ENVSPEC, *arguments],
        cwd=project,
        env={**os.environ, "DOCKER_HOST": own.host},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not executing(seconds):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    own.kill()
    try:
        stdout, stderr = process.communicate(timeout=60)
    finally:
        own.start()
    found = only(subprocess.CompletedProcess((), process.returncode, stdout, stderr), 3)
    assert (found.code, found.place, found.text) == ("E0904", "a.envspec:5:1", "environment scripted")
    assert found.message == "the docker engine went away while building environment `scripted`"
    assert found.help
    assert scripted(own) == before
    file.write_text(SPEC.replace("SCRIPT", f"echo {seconds}"))
    done = envspec(*arguments, cwd=project, DOCKER_HOST=own.host)
    assert done.returncode == 0, done.stderr
    assert "built in" in done.stdout
