"""Two commands for one deployment at once: the second `deploy` waits for the first and then looks what is to be done;
`stop` ends what a `deploy` has begun, and neither forgets what goes on nor remembers what is gone."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli import test_docker
from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_docker import project as docker_project
from tests.cli.test_killed_deploy import containers, dies, eventually, listed, secret_files
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port

__all__ = ["docker_project"]
pytestmark = pytest.mark.slow

SPEC = """edition = 1

environment e {
    python = "3.11"
}

deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    port        = PORT
    sample      = "sample.json"
}
"""
HELD = """
import pathlib, time

def init():
    pathlib.Path({begun!r}).touch()
    while not pathlib.Path({go_on!r}).exists():
        time.sleep(0.02)

def run(data):
    return {{"x": data["x"]}}
"""
WAITS = "deployment scorer: waiting for another `deploy` of it to end"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """Its server is ready when there is a file `go-on`."""
    place = tmp_path / "project"
    (place / "src").mkdir(parents=True)
    (place / "a.envspec").write_text(SPEC.replace("PORT", str(free_port())))
    (place / "src" / "score.py").write_text(
        HELD.format(begun=str(tmp_path / "begun"), go_on=str(tmp_path / "go-on"))
    )
    (place / "sample.json").write_text('{"x": 2}')
    assert envspec("build", cwd=place).returncode == 0
    yield place
    (tmp_path / "go-on").touch()
    envspec("deployments", "stop", "scorer", cwd=place)


class Deploying:
    """`envspec deploy` beside us; what it says is read from a file."""

    def __init__(self, project: Path, name: str, *arguments: str) -> None:
        self.said_file = project.parent / f"{name}.txt"
        with self.said_file.open("wb") as output:
            self.process = subprocess.Popen(
                [*ENVSPEC, "deploy", *arguments], cwd=project, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def said(self) -> str:
        return self.said_file.read_text()

    def says(self, text: str) -> None:
        assert eventually(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said

    def ends(self, status: int = 0) -> str:
        self.process.wait(timeout=60)
        assert self.process.returncode == status, self.said
        return self.said


@pytest.fixture
def start(project: Path) -> Iterator[Callable[..., Deploying]]:
    started: list[Deploying] = []

    def begin(name: str, *arguments: str) -> Deploying:
        started.append(Deploying(project, name, *arguments))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def rows(project: Path) -> list[tuple[str, bool]]:
    """Each deployment that the workspace knows: its handle, and whether it has been stopped."""
    with closing(sqlite3.connect(project / ".envspec" / "workspace.sqlite")) as database:
        found = database.execute("SELECT handle, stopped IS NOT NULL FROM deployments ORDER BY number")
        return [(handle, bool(stopped)) for handle, stopped in found]


def servers(project: Path) -> list[Path]:
    return list((project / ".envspec" / "deployments").glob("*/*/record.json"))


def begun(project: Path) -> None:
    assert eventually((project.parent / "begun").exists)


def test_the_second_finds_that_it_is_served(project: Path, start: Callable[..., Deploying]) -> None:
    first = start("first")
    begun(project)
    second = start("second")
    second.says(WAITS)
    (project.parent / "go-on").touch()
    assert 'sample answered: {"x": 2}' in first.ends()
    said = second.ends()
    assert "unchanged" in said and "did not come to an end" not in said and "it does not serve" not in said
    [(_, stopped)] = rows(project)
    assert not stopped
    assert len(servers(project)) == 1


def test_the_second_of_a_changed_spec_replaces_it(project: Path, start: Callable[..., Deploying]) -> None:
    first = start("first")
    begun(project)
    score = project / "src" / "score.py"
    score.write_text(score.read_text().replace('{"x": data["x"]}', '{"y": data["x"]}'))
    second = start("second")
    second.says(WAITS)
    (project.parent / "go-on").touch()
    assert '{"x": 2}' in first.ends()
    said = second.ends()
    assert "deployment scorer: its source changed" in said and '{"y": 2}' in said
    assert [stopped for _, stopped in rows(project)] == [True, False]
    assert [one["state"] for one in listed(project)] == ["serving"]
    assert len(servers(project)) == 1


def test_the_first_is_killed_while_the_second_waits(project: Path, start: Callable[..., Deploying]) -> None:
    first = start("first")
    begun(project)
    second = start("second")
    second.says(WAITS)
    first.process.send_signal(signal.SIGKILL)
    second.says("deployment scorer: its last `deploy` did not come to an end")
    (project.parent / "go-on").touch()
    assert 'sample answered: {"x": 2}' in second.ends()
    assert [one["state"] for one in listed(project)] == ["serving"]
    assert eventually(lambda: len(servers(project)) == 1)


def test_ctrl_c_ends_the_wait(project: Path, start: Callable[..., Deploying]) -> None:
    first = start("first")
    begun(project)
    second = start("second")
    second.says(WAITS)
    second.process.send_signal(signal.SIGINT)
    second.ends(130)
    (project.parent / "go-on").touch()
    first.ends()


def test_two_that_are_not_one_deployment_do_not_wait(project: Path, start: Callable[..., Deploying]) -> None:
    """Those of one project take turns only while a server is started, which the engine says in words of its own."""
    spec = project / "a.envspec"
    other = (
        SPEC.partition("deployment")[2]
        .replace(" scorer", "deployment other")
        .replace("PORT", str(free_port()))
    )
    spec.write_text(spec.read_text() + "\n" + other)
    first = start("first", "scorer")
    begun(project)
    second = start("second", "other")
    (project.parent / "go-on").touch()
    first.ends()
    assert WAITS.replace("scorer", "other") not in second.ends()
    envspec("deployments", "stop", "other", cwd=project)


def test_stop_while_it_is_deployed(project: Path, start: Callable[..., Deploying]) -> None:
    first = start("first")
    begun(project)
    done = envspec("deployments", "stop", "scorer", cwd=project)
    assert done.returncode == 0, done.stderr
    said = first.ends(3)
    assert "error[E1019]: deployment `scorer` was stopped while it was deployed" in said, said
    assert said.count("error[") == 1
    assert (listed(project), servers(project), rows(project)) == ([], [], [])


def test_a_plan_meanwhile(project: Path, start: Callable[..., Deploying]) -> None:
    first = start("first")
    begun(project)
    said = envspec("plan", cwd=project).stdout
    assert "another `deploy` of it goes on" in said and "did not come to an end" not in said
    assert "is replaced (expected)" in said
    steps = json.loads(envspec("plan", "--format", "json", cwd=project).stdout)["steps"]
    [(certain, waits)] = [(one["certain"], one["waits"]) for one in steps if one["kind"] == "deployment"]
    assert not certain and waits == []  # with the same spec the other one leaves nothing to do
    first.process.kill()
    first.process.wait()
    assert "its last `deploy` did not come to an end" in envspec("plan", cwd=project).stdout


_STOPPED_BEFORE = """\
import subprocess, sys
from envspec.engines.docker import secret_files
from envspec.workspace.deployments import Deployments
name = sys.argv.pop(1)
place = secret_files if name == "write" else Deployments
real = getattr(place, name)

def late(*arguments, **named):
    setattr(place, name, real)
    if name == "finish_deployment":
        subprocess.run([sys.executable, "-m", "envspec", "deployments", "stop", "scorer"], check=True)
        return real(*arguments, **named)
    number = real(*arguments, **named)
    subprocess.run([sys.executable, "-m", "envspec", "deployments", "stop", "scorer"], check=True)
    return number

setattr(place, name, late)
from envspec.__main__ import main
main()
"""
MOMENTS = ["begin_deployment", "finish_deployment"]
"""`stop` comes just after the first, when nothing of it may be there yet, or just before the second."""


def deploy_stopped_at(moment: str, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED_BEFORE, moment, "deploy", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "error[E1019]" in done.stderr and done.stderr.count("error[") == 1, done.stderr
    assert done.returncode == 3
    return done.stdout


@pytest.mark.parametrize("older", [False, True], ids=["first", "again"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_stop_at_the_worst_moment(moment: str, older: bool, project: Path) -> None:
    (project.parent / "go-on").touch()
    if older:
        assert envspec("deploy", cwd=project).returncode == 0
        score = project / "src" / "score.py"
        score.write_text(score.read_text() + "# anew\n")
    assert "/score" not in deploy_stopped_at(moment, cwd=project), "nobody is told an address that is gone"
    assert listed(project) == []
    assert [stopped for _, stopped in rows(project)] == [True] * older
    assert eventually(lambda: servers(project) == [])
    assert [path.name for path in secret_files(project)] == [".lock"]
    said = envspec("deploy", cwd=project)
    assert said.returncode == 0 and "it does not serve yet" in said.stderr, said.stderr


# --- containers


def docker_deploys(place: Path, name: str) -> Deploying:
    return Deploying(place, name, "--target", "docker")


@pytest.fixture
def docker_place(docker_project: Path) -> Path:
    test_docker.ok(envspec("run", "train", cwd=docker_project))
    return docker_project


GO_ON = "/tmp/go-on"


def held(place: Path) -> None:
    """Its server is ready when there is such a file in its container: see `go_on`."""
    score = place / "src" / "score.py"
    wait = f"    import time\n    while not pathlib.Path({GO_ON!r}).exists():\n        time.sleep(0.02)\n"
    score.write_text(score.read_text().replace("def init():\n", f"def init():\n{wait}"))


def go_on(engine: DockerEngine, place: Path) -> None:
    assert eventually(lambda: any(one.status == "running" for one in containers(engine, place)))
    (container,) = containers(engine, place)
    status, said = container.exec_run(["touch", GO_ON])
    assert status == 0, said


def test_two_that_make_a_container(docker_place: Path, docker_engine: DockerEngine) -> None:
    held(docker_place)
    first = docker_deploys(docker_place, "first")
    assert eventually(lambda: any(one["state"] == "unfinished" for one in listed(docker_place)))
    second = docker_deploys(docker_place, "second")
    second.says(WAITS)
    go_on(docker_engine, docker_place)
    first.ends()
    said = second.ends()
    assert "unchanged" in said and "did not come to an end" not in said
    assert len(containers(docker_engine, docker_place)) == 1
    assert [stopped for _, stopped in rows(docker_place)] == [False]


@pytest.mark.parametrize("older", [False, True], ids=["first", "again"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_stop_of_a_container_at_the_worst_moment(
    moment: str, older: bool, docker_place: Path, docker_engine: DockerEngine
) -> None:
    if older:
        test_docker.ok(test_docker.docker("deploy", docker_place))
        score = docker_place / "src" / "score.py"
        score.write_text(score.read_text() + "# anew\n")
    deploy_stopped_at(moment, "--target", "docker", cwd=docker_place)
    assert listed(docker_place) == []
    assert containers(docker_engine, docker_place) == []
    assert secret_files(docker_place) == []


def test_stop_before_it_is_known(docker_place: Path, docker_engine: DockerEngine) -> None:
    """What the older one served from goes, what the new one is about to begin with stays."""
    test_docker.ok(test_docker.docker("deploy", docker_place))
    score = docker_place / "src" / "score.py"
    score.write_text(score.read_text() + "# anew\n")
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED_BEFORE, "write", "deploy", "--target", "docker"],
        cwd=docker_place, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [stopped for _, stopped in rows(docker_place)] == [True, False]
    assert len(containers(docker_engine, docker_place)) == 1
    assert len({path.parent.parent for path in secret_files(docker_place)}) <= 1


def test_a_killed_one_holds_no_lock(docker_place: Path) -> None:
    dies(("finish_deployment", "before"), "deploy", "--target", "docker", cwd=docker_place)
    begin = time.monotonic()
    done: Any = test_docker.docker("deploy", docker_place)
    assert (
        "its last `deploy` did not come to an end" in done.stderr and "waiting for another" not in done.stderr
    )
    test_docker.ok(done)
    assert time.monotonic() - begin < 60
    assert json.loads(
        test_docker.ok(envspec("deployments", "invoke", "scorer", "sample.json", cwd=docker_place))
    )
