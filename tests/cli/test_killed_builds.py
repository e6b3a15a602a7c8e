"""Builds that are killed (SIGKILL) at random moments: the next one works, and nothing of the killed one stays.

`ENVSPEC_KILLS` is how many there are on each engine (30 without it); `ENVSPEC_KILLS_SEED` chooses the moments. To
run a hundred on each: `ENVSPEC_KILLS=100 python -m pytest tests/cli/test_killed_builds.py`.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.slow_projects import write
from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_docker import ok
from tests.engines.private_docker import TINY, PrivateDocker, private_docker

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("ENVSPEC_KILLS", "30"))
SEED = int(os.environ.get("ENVSPEC_KILLS_SEED", "1"))
LONGEST = 2.5
"""Seconds: from the first import to after the end of a build, on a machine that has nothing else to do."""


def killed(project: Path, after: float, *arguments: str, whole_session: bool, **variables: str) -> bool:
    """Whether the build was still there to be killed: alone, or with all that it had started in its session."""
    process = subprocess.Popen(
        [*ENVSPEC, "build", *arguments], cwd=project, env={**os.environ, **variables},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        if whole_session:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        return True
    finally:
        assert process.stderr is not None
        said = process.stderr.read() if process.returncode not in (None, -9) else ""
        process.stderr.close()
    assert process.returncode == 0, said
    return False


def registered(project: Path) -> set[str]:
    """Locations of what the workspace says is built; the database is whole."""
    database = project / ".envspec" / "workspace.sqlite"
    if not database.exists():
        return set()
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        try:
            return {row[0] for row in connection.execute("SELECT location FROM images")}
        except sqlite3.OperationalError:  # killed before there were tables
            return set()


def test_on_this_machine(tmp_path: Path) -> None:
    write(tmp_path, {"one": "time.sleep(0.2)", "two": "time.sleep(0.2)"})
    ok(envspec("lock", cwd=tmp_path))
    environments = tmp_path / ".envspec" / "environments"
    moments = random.Random(SEED)
    hits = 0
    for _ in range(KILLS):
        for marker in environments.glob("*/envspec-environment.json"):
            if moments.random() < 0.5:  # or every build after the first two would find everything
                marker.unlink()
        hits += killed(tmp_path, moments.uniform(0.05, LONGEST), whole_session=moments.random() < 0.5)
        for location in registered(tmp_path):
            assert Path(location).is_relative_to(environments)
        for marker in environments.glob("*/envspec-environment.json"):
            python = marker.parent / "bin" / "python"
            subprocess.run([python, "-c", "import encodings"], check=True, env={})
    assert hits > KILLS / 4
    ok(envspec("build", cwd=tmp_path))
    assert "reused" in ok(envspec("build", cwd=tmp_path))
    for name in ("one", "two"):
        said = ok(
            envspec(
                "exec", name, "--", "python", "-c", f"import {name}; print({name}.__name__)", cwd=tmp_path
            )
        )
        assert said == f"{name}\n"
    left = [p.name for p in environments.iterdir() if p.suffix != ".lock"]
    assert len(left) == 2, "two environments, and no folder of a build beside them"
    assert {Path(location) for location in registered(tmp_path)} == {
        p for p in environments.iterdir() if p.is_dir()
    }
    temporary = [
        p for p in (tmp_path / ".envspec").rglob("*") if ".tmp" in p.name or p.name.startswith(".envspec-")
    ]
    assert temporary == []


SPEC = """edition = 1
environment e {
    managed     = false
    interpreter = "python3"
    docker {
        image = "BASE"
        run   = ["sleep 0.2; echo ONCE > /first", "sleep 0.3; echo ONCE > /second", "sleep 0.2; echo 3 > /third"]
    }
}
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDocker]:
    """An engine that has nothing of others, so that whatever is left is ours."""
    with private_docker(tmp_path_factory.mktemp("engine")) as engine:
        engine.load_tiny_base()
        yield engine


@pytest.mark.docker
@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_on_an_engine(engine: PrivateDocker, tmp_path: Path, builder: str) -> None:
    moments = random.Random(SEED)
    options = ("--target", "docker", "--network", "host", "--builder", builder)
    variables = {"DOCKER_HOST": engine.host}
    hits = 0
    for _ in range(KILLS // 2 or 1):
        text = SPEC.replace("BASE", TINY).replace("ONCE", uuid.uuid4().hex)
        (tmp_path / "a.envspec").write_text(text)
        hits += killed(
            tmp_path,
            moments.uniform(0.05, LONGEST),
            *options,
            whole_session=moments.random() < 0.5,
            **variables,
        )
        ours = list(engine.client.images.list("envspec/e"))
        assert all("dev.envspec.hash" in image.labels for image in ours), "half an image has no name"
        assert registered(tmp_path) <= {tag for image in ours for tag in image.tags}
    assert hits > KILLS / 10
    built = ok(envspec("build", *options, cwd=tmp_path, **variables)).split()[-1]
    assert built in {tag for image in engine.client.images.list("envspec/e") for tag in image.tags}
    assert "reused" in ok(envspec("build", *options, cwd=tmp_path, **variables))
    until(lambda: engine.client.containers.list(all=True) == [])
    if builder == "buildkit":
        assert engine.client.images.list(filters={"dangling": True}) == []
    assert [p.name for p in (tmp_path / ".envspec").iterdir() if p.name not in KNOWN] == []


KNOWN = {
    ".gitignore",
    "workspace.lock",
    "cache",
    "locks",
    "logs",
    "workspace.sqlite",
    "workspace.sqlite-wal",
    "workspace.sqlite-shm",
    "sbom",
    "store",
    "objects",
}


def until(what: Any) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.docker
@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_the_engine_itself_is_killed_in_a_build(engine: PrivateDocker, tmp_path: Path, builder: str) -> None:
    """One message, status 3, nothing registered; when it is back, the build goes on where it was."""
    once = uuid.uuid4().hex
    text = SPEC.replace("BASE", TINY).replace("ONCE", once).replace("sleep 0.3", "sleep 30")
    (tmp_path / "a.envspec").write_text(text)
    options = ("--target", "docker", "--network", "host", "--builder", builder)
    process = subprocess.Popen(
        [*ENVSPEC, "build", *options], cwd=tmp_path, env={**os.environ, "DOCKER_HOST": engine.host},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    log = tmp_path / ".envspec" / "logs" / "build-e.docker.log"
    until(lambda: log.exists() and "run-2.sh" in log.read_text())
    engine.kill()
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (3, "")
    assert "error[E0904]" in stderr and "Traceback" not in stderr
    assert registered(tmp_path) == set()
    engine.start()
    assert not [image for image in engine.client.images.list() if once in str(image.history())]
    (tmp_path / "a.envspec").write_text(text.replace("sleep 30", "sleep 0.3"))
    assert "built in" in ok(envspec("build", *options, cwd=tmp_path, DOCKER_HOST=engine.host))
    assert engine.client.containers.list(filters={"status": "running"}) == []
