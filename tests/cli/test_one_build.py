"""One build for one hash, however many ask; which platforms; and each layer built only when its own inputs moved."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.cli.slow_projects import write
from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine

SPEC = """edition = 1
environment NAME {
    managed     = false
    interpreter = "python3"
    docker {
        image     = "BASE"
        platforms = ["linux/amd64", "linux/s390x"]
        run       = ["echo ONCE; sleep 1; cat /proc/sys/kernel/random/uuid > /made"]
    }
}
"""
MANY = 8


def all_at_once(*projects: Path, **variables: str) -> list[dict[str, object]]:
    processes = [
        subprocess.Popen(
            [*ENVSPEC, "build", "--format", "json", *(["--target", "docker"] if variables else [])],
            cwd=project, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for project in projects
    ]  # fmt: skip
    rows = []
    for process in processes:
        stdout, stderr = process.communicate(timeout=300)
        assert process.returncode == 0, stderr
        rows += json.loads(stdout)["environments"]
    return rows


@pytest.mark.slow
def test_many_processes_on_this_machine(tmp_path: Path) -> None:
    write(tmp_path, {"one": "(SHARED / str(time.time_ns())).touch(); time.sleep(1)"})
    ok(envspec("lock", cwd=tmp_path))
    rows = all_at_once(*[tmp_path] * MANY)
    assert sorted(str(row["reused"]) for row in rows) == ["False", *["True"] * (MANY - 1)]
    assert {row["version"] for row in rows} == {1}
    assert len([p for p in (tmp_path / "shared").iterdir() if p.name.isdigit()]) == 1


@pytest.mark.slow
def test_many_processes_on_an_engine(docker_env: DockerEngine, tmp_path: Path) -> None:
    """From two projects that name it differently."""
    text = SPEC.replace("BASE", docker_env.base).replace("ONCE", uuid.uuid4().hex)
    projects = [tmp_path / name for name in ("a", "b")]
    for project in projects:
        project.mkdir()
        (project / "a.envspec").write_text(text.replace("NAME", f"one-{project.name}"))
        ok(envspec("lock", cwd=project))
    rows = all_at_once(*projects * (MANY // 2), DOCKER_HOST=docker_env.host)
    assert sorted(str(row["reused"]) for row in rows) == ["False", *["True"] * (MANY - 1)]
    assert len({row["hash"] for row in rows}) == 1
    locations = {str(row["location"]) for row in rows}
    assert len(locations) == 2
    assert len({docker_env.client.images.get(location).id for location in locations}) == 1


def test_platforms_are_those_of_the_spec(docker_env: DockerEngine, tmp_path: Path) -> None:
    text = SPEC.replace("BASE", docker_env.base).replace("ONCE", uuid.uuid4().hex).replace("NAME", "e")
    (tmp_path / "a.envspec").write_text(text)
    refused = envspec("build", "--target", "docker", "--platform", "linux/arm64", cwd=tmp_path)
    assert refused.returncode == 2
    assert (
        "E1205" in refused.stderr and "`linux/arm64`" in refused.stderr and "a.envspec:7:" in refused.stderr
    )
    local = envspec("build", "--platform", "linux/s390x", cwd=tmp_path)
    assert local.returncode == 2 and "E1205" in local.stderr and "--target docker" in local.stderr
    done = envspec("build", "--target", "docker", "--platform", "all", cwd=tmp_path)
    assert done.returncode == 3, "there is no base image for the other one, and no emulator"
    assert len(re.findall(r"^error\[E09(14|05)\]", done.stderr, re.MULTILINE)) == 1
    one = envspec(
        "build", "--target", "docker", "--platform", "linux/amd64", "--format", "json", cwd=tmp_path
    )
    (row,) = json.loads(ok(one))["environments"]
    assert (row["platform"], row["reused"]) == ("linux/amd64", True)


FOREIGN = "FROM scratch\nCOPY sh /bin/sh\n"


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_a_platform_that_nothing_here_can_run(docker_env: DockerEngine, tmp_path: Path, builder: str) -> None:
    """Its base image is there: a program for that machine is in it, so far as its header says."""
    from tests.engines_docker.requests import tar_of

    header = b"\x7fELF\x02\x02\x01" + bytes(9) + (2).to_bytes(2, "big") + (22).to_bytes(2, "big") + bytes(200)
    name = f"envspec-test/foreign-{uuid.uuid4().hex[:8]}"
    made = docker_env.client.api.import_image_from_data(tar_of({"bin/sh": header}), repository=name, tag="1")
    assert made
    text = SPEC.replace("BASE", f"{name}:1").replace('"linux/amd64", ', "").replace("NAME", "e")
    (tmp_path / "a.envspec").write_text(text)
    try:
        done = envspec("build", "--target", "docker", "--builder", builder, cwd=tmp_path)
    finally:
        docker_env.client.images.remove(f"{name}:1", force=True)
    assert done.returncode == 3
    assert re.search(r"^error\[E09(14|05|06)\]", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr


LAYERS = """edition = 1
environment e {
    python    = "3.11"
    pip       = ["./tools-1-py3-none-any.whl"]
    apt       = []
    variables = { A = "1" }
    docker { image = "python:3.11-slim", labels = { once = "ONCE" } }
}
"""


def steps(project: Path) -> dict[str, bool]:
    """The instructions of the last build, and whether each was taken from the cache."""
    found: dict[str, bool] = {}
    log = (project / ".envspec" / "logs" / "build-e.docker.log").read_text()
    names = dict(re.findall(r"^#(\d+) (\[[^\n]*\] [^\n]*)$", log, re.MULTILINE))
    for number, name in names.items():
        found[name] = re.search(rf"^#{number} CACHED$", log, re.MULTILINE) is not None
    return found


def cached(project: Path, part: str) -> bool:
    matching = {name: was for name, was in steps(project).items() if part in name}
    assert matching, (part, steps(project))
    return all(matching.values())


@pytest.mark.slow
@pytest.mark.index
def test_a_change_builds_only_what_it_touches(docker_env: DockerEngine, tmp_path: Path) -> None:
    from tests.engines_local.specimens import make_wheel

    once = uuid.uuid4().hex  # the engine remembers what other runs of this test have built
    make_wheel(tmp_path, "tools", "1", f"x = '{once}'\n")
    file = tmp_path / "a.envspec"
    text = LAYERS.replace("ONCE", once)

    def build(changed: str) -> tuple[str, bool]:
        file.write_text(changed)
        done = envspec(
            "build", "--target", "docker", "--format", "json", "--builder", "buildkit", cwd=tmp_path
        )
        (row,) = json.loads(ok(done))["environments"]
        return row["location"], row["reused"]

    first, reused = build(text)
    assert not reused
    location, reused = build(text.replace('A = "1"', 'A = "2"'))
    assert (location, reused) == (first, True), "variables are set when it runs"
    location, reused = build(text.replace("docker {", 'description = "x"\n    docker {'))
    assert (location, reused) == (first, True)
    with_script = text.replace("labels =", 'run = ["echo ONCE > /made"], labels =').replace("ONCE", once)
    location, reused = build(with_script)
    assert location != first and not reused
    assert cached(tmp_path, "uv pip install"), "a script comes after the packages"
    assert not cached(tmp_path, "run-1.sh")
    make_wheel(tmp_path, "tools", "1", f"y = '{once}'\n")
    build(with_script)
    assert not cached(tmp_path, "uv pip install"), "another wheel, other packages"
    assert cached(tmp_path, "RUN mkdir -p /home/envspec"), "and the same system"
    build(with_script.replace("apt       = []", 'apt       = ["libgomp1"]'))
    assert cached(tmp_path, "uv pip install"), "system packages are no Python packages"
    assert any("apt-get install" in name for name in steps(tmp_path))
