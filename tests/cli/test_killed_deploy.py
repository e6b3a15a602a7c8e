"""`deploy` killed (SIGKILL) at those moments after which something of it may go on without it: that is listed, nothing
that it needs is pruned, and `stop` ends all of it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import test_docker
from tests.cli.test_check import envspec
from tests.cli.test_docker import project as docker_project
from tests.cli.test_killed import ok, project, serving
from tests.engines.docker_engine import DockerEngine

__all__ = ["docker_project", "project"]
pytestmark = pytest.mark.slow

_DIES = """\
import os, signal, sys
from envspec.workspace.deployments import Deployments
name, when = sys.argv[1:3]
del sys.argv[1:3]
real = getattr(Deployments, name)

def dying(*arguments, **named):
    if when == "after":
        real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(Deployments, name, dying)
from envspec.__main__ import main
main()
"""
BEGUN, NOT_FINISHED, FINISHED = (
    ("begin_deployment", "after"),
    ("finish_deployment", "before"),
    ("finish_deployment", "after"),
)
MOMENTS = [BEGUN, NOT_FINISHED, FINISHED]


def dies(moment: tuple[str, str], *arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DIES, *moment, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


def listed(project: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ok("deployments", "list", "--format", "json", cwd=project))[
        "deployments"
    ]
    return found


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


def secret_files(project: Path) -> list[Path]:
    state = project / ".envspec"
    return [
        path for name in ("deployments", "secrets") for path in (state / name).rglob("*") if path.is_file()
    ]


@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
def test_a_first_one(moment: tuple[str, str], project: Path) -> None:
    ok("run", "second", cwd=project)
    dies(moment, "deploy", cwd=project)
    (one,) = listed(project)
    assert (one["name"], one["state"]) == ("scorer", "serving" if moment == FINISHED else "unfinished")
    lives = moment != BEGUN
    assert eventually(lambda: bool(serving(project)) == lives)
    (project / "request.json").write_text("{}")
    ok("prune", "--keep", "0", "--yes", cwd=project)
    if lives:
        assert json.loads(ok("deployments", "invoke", "scorer", "request.json", cwd=project)) == {
            "text": "darkblue"
        }
    ok("deployments", "stop", "scorer", cwd=project)
    assert listed(project) == []
    assert eventually(lambda: not serving(project))
    assert [path.name for path in secret_files(project)] == [".lock"]


@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
def test_one_that_replaces_another(moment: tuple[str, str], project: Path) -> None:
    ok("run", "second", cwd=project)
    ok("deploy", cwd=project)
    score = project / "more" / "score.py"
    score.write_text(score.read_text() + "# anew\n")
    dies(moment, "deploy", cwd=project)
    states = {one["state"] for one in listed(project)}
    assert states == {
        BEGUN: {"serving", "unfinished"}, NOT_FINISHED: {"gone", "unfinished"}, FINISHED: {"serving"}
    }[moment]  # fmt: skip
    (project / "request.json").write_text("{}")
    assert json.loads(ok("deployments", "invoke", "scorer", "request.json", cwd=project)) == {
        "text": "darkblue"
    }
    ok("deploy", cwd=project)
    assert [one["state"] for one in listed(project)] == ["serving"]
    (_,) = (project / ".envspec" / "deployments").glob("*/*/record.json")
    ok("deployments", "stop", "scorer", cwd=project)
    assert eventually(lambda: not serving(project))
    assert [path.name for path in secret_files(project)] == [".lock"]


def test_one_that_failed_is_forgotten(project: Path) -> None:
    ok("run", "second", cwd=project)
    (project / "more" / "score.py").write_text(
        "def init():\n    raise SystemExit('no')\n\ndef run(data):\n    pass\n"
    )
    failed = envspec("deploy", cwd=project)
    assert failed.returncode == 3, failed.stderr
    assert listed(project) == []


def containers(engine: DockerEngine, project: Path) -> list[Any]:
    """Those of this project: others are deployed on the same engine meanwhile."""
    root = hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:16]
    found: list[Any] = engine.client.containers.list(
        all=True,
        ignore_removed=True,
        filters={"label": ["dev.envspec.deployment", f"dev.envspec.project={root}"]},
    )
    return found


@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
@pytest.mark.parametrize("older", [False, True], ids=["first", "again"])
def test_a_container(
    moment: tuple[str, str], older: bool, docker_project: Path, docker_engine: DockerEngine
) -> None:
    place = docker_project
    test_docker.ok(envspec("run", "train", cwd=place))
    if older:
        test_docker.ok(test_docker.docker("deploy", place))
        score = place / "src" / "score.py"
        score.write_text(score.read_text() + "# anew\n")
    dies(moment, "deploy", "--target", "docker", cwd=place)
    known = {one["handle"] for one in listed(place)}
    assert moment == BEGUN or containers(docker_engine, place)
    for container in containers(docker_engine, place):
        assert {container.id, container.name} & known or (older and moment == FINISHED), known
    assert known
    ok("deployments", "stop", "scorer", cwd=place)
    assert listed(place) == []
    assert containers(docker_engine, place) == []
    assert secret_files(place) == []
