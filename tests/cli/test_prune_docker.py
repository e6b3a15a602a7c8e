"""`prune` and `images` on a real Docker engine: what serves, runs or is the newest stays; the rest goes, and comes back."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker.errors
import pytest

from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_docker import docker as on_docker
from tests.cli.test_docker import edit, ok
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port

pytestmark = pytest.mark.slow

SPEC = """edition = 1

environment pruned-ONCE {
    python = "3.11"
    docker {
        image  = "BASE"
        labels = { version = "one", test = "ONCE" }
    }
}

run train {
    environment = pruned-ONCE
    source      = "src"
    command     = ["python", "train.py", outputs.weight]
    outputs     = { weight = "weight.txt" }
}

model weight { from = run.train.outputs.weight }

deployment scorer-ONCE {
    environment = pruned-ONCE
    source      = "src"
    entry       = "score.py"
    models      = [weight]
    port        = PORT
}
"""


@pytest.fixture
def once() -> str:
    return uuid.uuid4().hex[:8]


@pytest.fixture
def project(docker_env: DockerEngine, tmp_path: Path, once: str) -> Iterator[Path]:
    text = SPEC.replace("ONCE", f"x{once}").replace("PORT", str(free_port())).replace("BASE", docker_env.base)
    (tmp_path / "a.envspec").write_text(text)
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text("def init(): pass\ndef run(data): return 1\n")
    (tmp_path / "src" / "train.py").write_text("import sys; open(sys.argv[1], 'w').write('2.5')\n")
    yield tmp_path
    client = docker_env.client
    for container in client.containers.list(all=True, ignore_removed=True):
        if any(mount["Source"].startswith(f"{tmp_path}/") for mount in container.attrs["Mounts"]):
            container.remove(force=True)
    for image in client.api.images():
        for tag in image["RepoTags"] or ():
            if once in tag:
                client.api.remove_image(tag, force=True)


def images(project: Path, **variables: str) -> dict[str, dict[str, Any]]:
    found = json.loads(ok(envspec("images", "list", "--format", "json", cwd=project, **variables)))["images"]
    return {one["location"]: one for one in found}


def is_there(engine: DockerEngine, reference: str) -> bool:
    try:
        engine.client.api.inspect_image(reference)
    except docker.errors.ImageNotFound:
        return False
    return True


def test_images_go_when_nothing_uses_them(docker_env: DockerEngine, project: Path, once: str) -> None:
    env, scorer = f"pruned-x{once}", f"scorer-x{once}"
    ok(on_docker("run", project, "train"))
    ok(on_docker("deploy", project))
    edit(project, '"one"', '"two"')
    ok(on_docker("build", project))
    found = images(project)
    assert {one["state"] for one in found.values()} == {"there"}
    (first,) = (name for name, one in found.items() if one["versions"] == [{"name": env, "number": 1}]
                and one["kind"] == "environment")  # fmt: skip
    (second,) = (name for name, one in found.items() if one["versions"] == [{"name": env, "number": 2}])
    (served,) = (name for name, one in found.items() if one["kind"] == "deployment")
    assert found[first]["runs"] == ["train-1"] and found[first]["deployments"] == [scorer]
    assert found[first]["busy"] == [f"deployment {scorer}"]
    inspected = docker_env.client.api.inspect_image(first)
    assert (found[first]["hash"], found[first]["size"]) == (
        inspected["Config"]["Labels"]["dev.envspec.hash"], inspected["Size"]
    )  # fmt: skip
    shown = ok(envspec("images", "show", served, cwd=project))
    assert f"in use by    deployment {scorer}" in shown

    # From a deployment to its model, and back.
    lines = ok(envspec("deployments", "show", scorer, cwd=project))
    assert "weight:1  sha256:" in lines and "(made by run train-1)" in lines and f"{env}:1  sha256:" in lines
    assert ok(envspec("deployments", "list", cwd=project)).splitlines()[1].split()[-1] == "weight:1"
    assert f"serves in    {scorer}" in ok(envspec("models", "show", "weight", cwd=project))
    assert f"weight:1, serves in {scorer}" in ok(envspec("runs", "show", "train-1", cwd=project))

    # It serves: nothing of it goes, whatever is asked for.
    done = envspec("prune", "--older", "0s", "--yes", cwd=project)
    assert ok(done) == "", "all of it is in use, or the newest"
    assert f"image {first} stays: deployment {scorer} needs it" in done.stderr
    assert all(is_there(docker_env, name) for name in (first, second, served))

    ok(envspec("deployments", "stop", scorer, cwd=project))
    container = docker_env.client.api.create_container(first, ["true"])["Id"]
    kept = envspec("prune", "images", "--older", "0s", "--yes", cwd=project)
    assert f"image {first} stays: a container is of it" in kept.stderr and is_there(docker_env, first)
    docker_env.client.api.remove_container(container)

    away = envspec("prune", "--older", "0s", "--yes", cwd=project, DOCKER_HOST="unix:///nothing/docker.sock")
    assert "what was built on `docker` stays: no docker engine runs here" in away.stderr
    gone = ok(envspec("prune", "--older", "0s", "--yes", cwd=project))
    assert first in gone and served in gone and f"{scorer} #1" in gone
    assert not is_there(docker_env, first) and not is_there(docker_env, served)
    assert is_there(docker_env, second), "the newest version can be used at once"
    assert set(images(project)) == {second}
    assert "(pruned on " in ok(envspec("env", "show", f"{env}:1", cwd=project))
    assert "(pruned on " in ok(envspec("runs", "show", "train-1", cwd=project))

    # The run stays, being the newest; what it needs is built again from the lock of its version.
    again = envspec("runs", "rerun", "train-1", cwd=project)
    assert again.returncode == 0 and "its outputs are those of train-1" in again.stderr
    (anew,) = (one for one in images(project).values() if one["hash"] == found[first]["hash"])
    assert anew["state"] == "there", "the same layer, under the name of the registered version"
    docker_env.client.api.tag(anew["location"], f"envspec/other-x{once}", found[first]["hash"][7:19])
    docker_env.client.api.tag(anew["location"], f"kept-x{once}", "mine")
    other = f"envspec/other-x{once}:{found[first]['hash'][7:19]}"
    ok(envspec("prune", "images", "--older", "0s", "--yes", cwd=project))
    assert not is_there(docker_env, anew["location"]) and not is_there(docker_env, other)
    assert is_there(docker_env, f"kept-x{once}:mine"), "names that others gave stay"
    docker_env.client.api.remove_image(second)
    assert images(project)[second]["state"] == "missing"


def test_the_image_of_a_run_that_goes_on_stays(docker_env: DockerEngine, project: Path) -> None:
    (project / "src" / "train.py").write_text(
        "import sys, time\nprint('begun', flush=True)\ntime.sleep(1)\nopen(sys.argv[1], 'w').write('2.5')\ntime.sleep(600)\n"
    )
    process = subprocess.Popen(
        [*ENVSPEC, "run", "train", "--target", "docker"], cwd=project,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    (location,) = images(project)
    edit(project, '"one"', '"two"')
    ok(on_docker("build", project))
    done = envspec("prune", "--older", "0s", "--yes", cwd=project)
    assert f"image {location} stays: run train-1 needs it" in done.stderr
    assert is_there(docker_env, location)
    ok(envspec("runs", "cancel", "train-1", cwd=project))
    process.communicate(timeout=60)
    done = envspec("prune", "images", "--older", "0s", "--yes", cwd=project)
    assert location in ok(done) and not is_there(docker_env, location)
