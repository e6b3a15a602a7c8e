"""An engine that is absent, goes away or refuses: one clear message, exit 3, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker.errors
import pytest

from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port
from tests.engines.relay import Relay

SPEC = """edition = 1
environment e {
    managed     = false
    interpreter = "python3"
    docker {
        image = "BASE"
        run   = ["SCRIPT"]
    }
}
run slow {
    environment = e
    source      = "src"
    command     = ["sh", "-c", "echo MARK started; sleep 60"]
}
deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    port        = PORT
}
"""
SCORE = """import time
def init():
    SLEEP
def run(data):
    return data
"""


@pytest.fixture
def mark() -> str:
    """What tells this test's containers from all others."""
    return uuid.uuid4().hex


@pytest.fixture
def project(docker_engine: DockerEngine, tmp_path: Path, mark: str) -> Iterator[Path]:
    text = SPEC.replace("BASE", docker_engine.base).replace("PORT", str(free_port())).replace("MARK", mark)
    (tmp_path / "a.envspec").write_text(text.replace("SCRIPT", f"echo {mark}"))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text(SCORE.replace("SLEEP", "pass"))
    yield tmp_path
    for container in containers(docker_engine, tmp_path, mark):
        container.remove(force=True)


def containers(engine: DockerEngine, project: Path, mark: str) -> list[Any]:
    found = []
    for container in engine.client.api.containers(all=True):
        with contextlib.suppress(docker.errors.NotFound):  # another test's, gone meanwhile
            attributes = json.dumps(engine.client.api.inspect_container(container["Id"]))
            if mark in attributes or f"{project}/" in attributes:
                found.append(engine.client.containers.get(container["Id"]))
    return found


def one_error(stderr: str, *codes: str) -> None:
    assert re.findall(r"^error\[(\w+)\]", stderr, re.MULTILINE) in [[code] for code in codes], stderr
    assert "Traceback" not in stderr
    assert "\nhelp: " in stderr


COMMANDS = (["build"], ["run"], ["deploy"], ["up"])


@pytest.mark.parametrize("command", COMMANDS)
def test_an_absent_engine_is_said_before_anything_is_done(tmp_path: Path, command: list[str]) -> None:
    """Also before locking, which takes long."""
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment e {\n    python = "3.11"\n    pip = ["six"]\n}\n'
        'run r {\n    environment = e\n    command = ["true"]\n}\n'
        'deployment d {\n    environment = e\n    entry = "s.py"\n}\n'
    )
    (tmp_path / "s.py").write_text("def init(): pass\ndef run(data): return data\n")
    done = envspec(*command, "--target", "docker", cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none")
    assert done.returncode == 3
    one_error(done.stderr, "E0901")
    assert f"no socket `{tmp_path}/none`" in done.stderr
    assert not (tmp_path / "envspec.lock").exists()


def start(project: Path, host: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*ENVSPEC, *arguments, "--target", "docker"],
        cwd=project,
        env={**os.environ, "DOCKER_HOST": host, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(what: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def executing(mark: str) -> bool:
    """Whether the engine, which runs on this machine, executes something with the mark in its arguments."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"sleep" and mark.encode() in words:
            return True
    return False


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_engine_that_goes_away_in_a_build(
    docker_engine: DockerEngine, project: Path, mark: str, builder: str
) -> None:
    seconds = f"600.{time.time_ns()}"
    file = project / "a.envspec"
    text = file.read_text()
    file.write_text(text.replace(f'run   = ["echo {mark}"]', f'run   = ["sleep {seconds} # {mark}"]'))
    relay = Relay(project, docker_engine.host)
    process = start(project, relay.host, "build", "--builder", builder)
    wait_for(lambda: executing(seconds), process)
    relay.cut()
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 3
    one_error(stderr, "E0904")
    assert "the docker engine went away while building environment `e`" in stderr
    deadline = time.monotonic() + 60
    while executing(seconds):
        assert time.monotonic() < deadline, "the engine goes on with a build that nobody wants"
        time.sleep(0.05)
    file.write_text(text)
    built = ok(
        envspec(
            "build", "--target", "docker", "--builder", builder, cwd=project, DOCKER_HOST=docker_engine.host
        )
    )
    assert "built in" in built
    assert containers(docker_engine, project, mark) == []


def test_an_engine_that_goes_away_in_a_run(docker_engine: DockerEngine, project: Path, mark: str) -> None:
    relay = Relay(project, docker_engine.host)
    process = start(project, relay.host, "run", "slow")
    wait_for(lambda: any(c.status == "running" for c in containers(docker_engine, project, mark)), process)
    relay.cut()
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 3
    one_error(stderr, "E0904")
    listed = envspec("runs", "list", cwd=project).stdout
    assert "failed" in listed and "running" not in listed


def test_an_engine_that_goes_away_in_a_deployment(
    docker_engine: DockerEngine, project: Path, mark: str
) -> None:
    """What was started cannot be taken away without the engine: it is listed, and the next deployment does."""
    script = project / "src" / "score.py"
    script.write_text(SCORE.replace("SLEEP", "time.sleep(60)"))
    relay = Relay(project, docker_engine.host)
    process = start(project, relay.host, "deploy")
    wait_for(lambda: any(c.status == "running" for c in containers(docker_engine, project, mark)), process)
    relay.cut()
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 3
    one_error(stderr, "E0904")
    assert "unfinished" in ok(envspec("deployments", "list", cwd=project))
    (left,) = containers(docker_engine, project, mark)
    script.write_text(SCORE.replace("SLEEP", "pass"))
    ok(envspec("deploy", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host))
    (serving,) = containers(docker_engine, project, mark)
    assert serving.id != left.id
    assert "unfinished" not in ok(envspec("deployments", "list", cwd=project, DOCKER_HOST=docker_engine.host))
    gone = envspec("deployments", "stop", "scorer", cwd=project, DOCKER_HOST=relay.host)
    assert gone.returncode == 3
    one_error(gone.stderr, "E0901", "E0902")
    ok(envspec("deployments", "stop", "scorer", cwd=project, DOCKER_HOST=docker_engine.host))


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_engine_that_refuses_a_build(
    docker_engine: DockerEngine, project: Path, mark: str, builder: str
) -> None:
    done = envspec(
        "build", "--target", "docker", "--network", "no-such-network", "--builder", builder,
        cwd=project, DOCKER_HOST=docker_engine.host,
    )  # fmt: skip
    assert done.returncode == 3
    one_error(done.stderr, "E0908", "E0916")
    assert "no-such-network" in done.stderr
    assert containers(docker_engine, project, mark) == []
    made = ok(envspec("build", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host))
    assert "built in" in made, "what was refused had left an image"


def test_a_port_that_is_taken(docker_engine: DockerEngine, project: Path, mark: str) -> None:
    port = int(re.search(r"port +\= (\d+)", (project / "a.envspec").read_text())[1])  # type: ignore[index]
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        done = envspec("deploy", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host)
    assert done.returncode == 3
    one_error(done.stderr, "E1013")
    assert "a.envspec:19:" in done.stderr
    assert containers(docker_engine, project, mark) == []


def test_a_port_that_this_project_has_on_another_engine(
    docker_engine: DockerEngine, project: Path, mark: str
) -> None:
    """Said with who has it, before anything is built."""
    file = project / "a.envspec"
    file.write_text(file.read_text().replace('interpreter = "python3"', f'interpreter = "{sys.executable}"'))
    ok(envspec("deploy", cwd=project))
    try:
        done = envspec("deploy", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host)
        assert done.returncode == 3
        one_error(done.stderr, "E1013")
        assert "envspec deployments stop scorer" in done.stderr
        assert "FROM" not in done.stderr
        plan = envspec("plan", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host)
        assert plan.returncode == 0
        assert "deployment scorer on docker: is deployed" in plan.stdout, "the plan goes on"
        assert "has it (E1013)\n    stop it with `envspec deployments stop scorer`" in plan.stdout
    finally:
        ok(envspec("deployments", "stop", "scorer", cwd=project))
    assert containers(docker_engine, project, mark) == []


def test_an_engine_without_that_many_processors(
    docker_engine: DockerEngine, project: Path, mark: str
) -> None:
    file = project / "a.envspec"
    file.write_text(file.read_text().replace("    port ", "    resources   = { cpu = 4096 }\n    port "))
    done = envspec("deploy", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host)
    assert done.returncode == 3
    one_error(done.stderr, "E0913")
    assert "a.envspec:" in done.stderr
    assert containers(docker_engine, project, mark) == []
    assert not list((project / ".envspec" / "secrets").rglob("*/variables"))


def test_a_server_that_ends_at_once(docker_engine: DockerEngine, project: Path, mark: str) -> None:
    """Before anybody could ask for its port: the first time, and beside one that serves."""
    file = project / "a.envspec"
    text = file.read_text()
    python = "printf '#!/bin/sh\\\\n[ $1 = -m ] || { echo last words; exit 7; }\\\\n' > /opt/python; chmod 755 /opt/python"
    broken = text.replace(f"echo {mark}", python).replace(
        'interpreter = "python3"', 'interpreter = "/opt/python"'
    )
    for one in (broken, text, broken):
        file.write_text(one)
        done = envspec("deploy", "--target", "docker", cwd=project, DOCKER_HOST=docker_engine.host)
        if one is text:
            ok(done)
            continue
        assert done.returncode == 3
        one_error(done.stderr, "E1014")
        assert "status 7" in done.stderr and "last words" in done.stderr
    assert len(containers(docker_engine, project, mark)) == 1
    ok(envspec("deployments", "stop", "scorer", cwd=project, DOCKER_HOST=docker_engine.host))
