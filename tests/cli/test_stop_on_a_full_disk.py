"""`deployments stop` where the log of a container cannot be kept, on a disk that is full for real: what is to be stopped is
stopped, and whoever asked is told that the log is lost."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import test_docker
from tests.cli.test_check import envspec
from tests.cli.test_docker import project as docker_project
from tests.cli.test_killed_deploy import containers, listed, secret_files
from tests.conftest import have
from tests.engines.docker_engine import DockerEngine
from tests.engines.small_disk import fill, small_disk

__all__ = ["docker_project"]
pytestmark = [pytest.mark.mounts, pytest.mark.slow]

LOST = "note: the log of the container that was stopped is lost: "


@pytest.fixture
def place(docker_project: Path) -> Iterator[Path]:
    """Serves from a workspace of its own disk of eight mebibytes, has two secrets, and has printed three of them."""
    disk = small_disk(docker_project / ".envspec", kibibytes=8192)
    have(disk.__enter__)
    spec = docker_project / "a.envspec"
    spec.write_text(spec.read_text().replace("    entry  ", "    auth = secret.door\n    entry  "))
    score = docker_project / "src" / "score.py"
    score.write_text(
        score.read_text().replace(
            "def init():\n", "def init():\n    print(('x' * 1023 + '\\n') * 3072, end='')\n"
        )
    )
    try:
        test_docker.ok(envspec("run", "train", cwd=docker_project))
        test_docker.ok(test_docker.docker("deploy", docker_project, FRONT_DOOR="open"))
        yield docker_project
    finally:
        disk.__exit__(None, None, None)


def log_of(place: Path) -> Path:
    return place / ".envspec" / "logs" / "deployment-scorer.log"


def room(place: Path, kibibytes: int) -> None:
    """Leave just so much on the disk of the workspace."""
    state = place / ".envspec"
    spare = state / "spare"
    spare.write_bytes(b"\0" * (kibibytes << 10))
    fill(state)
    spare.unlink()


def test_no_room_for_the_log(place: Path, docker_engine: DockerEngine) -> None:
    assert len(containers(docker_engine, place)) == 1
    room(place, 1024)
    done = envspec("deployments", "stop", "scorer", cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(LOST) == 1 and "no space left on device" in done.stderr, done.stderr
    assert str(log_of(place)) in done.stderr
    assert "scorer is stopped" in done.stderr
    assert containers(docker_engine, place) == []
    assert (secret_files(place), listed(place)) == ([], [])
    assert not log_of(place).exists(), "half of a log looks like all of it"


def test_no_room_for_anything(place: Path, docker_engine: DockerEngine) -> None:
    """The record cannot be written either: that is said too, and comes right when there is room."""
    fill(place / ".envspec")
    done = envspec("deployments", "stop", "scorer", cwd=place)
    assert done.stderr.count(LOST) == 1, done.stderr
    assert containers(docker_engine, place) == []
    assert secret_files(place) == []
    if done.returncode != 0:
        assert (done.returncode, done.stderr.count("error[E1101]")) == (2, 1), done.stderr
        assert "scorer has ended, but that cannot be recorded" in done.stderr
        assert "readonly" not in done.stderr, "it is full"
        assert [one["state"] for one in listed(place)] == ["gone"]
        (place / ".envspec" / "ballast").unlink()
        test_docker.ok(envspec("deployments", "stop", "scorer", cwd=place))
    assert listed(place) == []


def test_a_deploy_that_replaces_it(place: Path, docker_engine: DockerEngine) -> None:
    """The older one goes, whether its log can be kept or not."""
    (before,) = containers(docker_engine, place)
    score = place / "src" / "score.py"
    score.write_text(score.read_text() + "# anew\n")
    test_docker.ok(envspec("build", cwd=place))
    room(place, 1024)
    done = test_docker.docker("deploy", place, FRONT_DOOR="open")
    test_docker.ok(done)
    assert LOST in done.stderr
    (after,) = containers(docker_engine, place)
    assert after.id != before.id
    [one] = listed(place)
    assert one["state"] == "serving"
    request = urllib.request.Request(
        f"{one['url']}/score",
        b'{"x": 2}',
        {"Authorization": "Bearer open", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["result"] == 5.0


def test_with_room_it_is_kept(place: Path) -> None:
    done = envspec("deployments", "stop", "scorer", cwd=place)
    assert done.returncode == 0 and LOST not in done.stderr
    assert log_of(place).read_text().count("x" * 1023) == 3072
