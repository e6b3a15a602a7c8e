"""`envspec plan` of images and containers, held to what `up` does on a real Docker engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.planned import actions, done_by_up, hold, planned, reasons
from tests.cli.test_check import envspec
from tests.cli.test_plan import edit
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port

pytestmark = [pytest.mark.index, pytest.mark.slow]

SPEC = """edition = 1

target box { kind = docker }

environment e {
    python    = "3.11"
    pip       = ["six ==1.17.0"]
    variables = { GREETING = "hello" }
    docker {
        run    = ["true"]
        labels = { owner = "us", test = "NAME" }
    }
}

run train {
    environment = e
    source      = "src"
    command     = ["python", "train.py", outputs.weight]
    outputs     = { weight = "weight.txt" }
    target      = box
}

model weight { from = run.train.outputs.weight }

deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    models      = [weight]
    port        = PORT
    health      = { interval = 1s }
    target      = box
}
"""
STANDING = {"environment e": "none", "run train": "none", "deployment scorer": "none"}
ALL = {"environment e": "build", "run train": "run", "deployment scorer": "deploy"}


@pytest.fixture
def project(docker_env: DockerEngine, tmp_path: Path) -> Iterator[Path]:
    """With a label of its own: other tests on this engine must not have made its images."""
    (tmp_path / "a.envspec").write_text(SPEC.replace("PORT", str(free_port())).replace("NAME", uuid4().hex))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("import sys; open(sys.argv[1], 'w').write('2.5')\n")
    (tmp_path / "src" / "score.py").write_text("def init(): pass\ndef run(data): return data\n")
    yield tmp_path
    for container in docker_env.client.containers.list(
        all=True, ignore_removed=True, filters={"label": "dev.envspec.deployment"}
    ):
        if any(mount["Source"].startswith(f"{tmp_path}/") for mount in container.attrs["Mounts"]):
            container.remove(force=True)


def test_what_a_plan_says_is_what_up_does_on_docker(docker_env: DockerEngine, project: Path) -> None:
    first = planned(project)
    assert actions(first) == {
        "lock e": "lock", "environment e": "build?", "run train": "run", "deployment scorer": "deploy",
    }  # fmt: skip
    hold(first, done_by_up(project))
    standing = planned(project)
    assert (actions(standing), standing["changes"]) == (STANDING, False)
    (environment, *_) = standing["steps"]
    assert environment["location"].startswith("envspec/e:") and environment["platform"] == "linux/amd64"

    edit(project, '["true"]', '["true", "echo more"]')
    edit(project, 'owner = "us"', 'owner = "them"')
    script = planned(project)
    assert actions(script) == {
        "lock e": "lock", "environment e": "build?", "run train": "run?", "deployment scorer": "deploy?",
    }  # fmt: skip
    step = script["steps"][1]
    assert step["reasons"] == [
        "script 2 of `docker.run` was added, label `owner` changed since e:1"
    ] and step["layers"] == {"python": "kept", "image": "made"}
    hold(script, done_by_up(project))
    assert actions(planned(project)) == STANDING

    edit(project, '"hello"', '"hi"')
    variable = planned(project)
    assert actions(variable) == {
        "lock e": "lock", "environment e": "none?", "run train": "run?", "deployment scorer": "deploy?",
    }  # fmt: skip
    hold(variable, done_by_up(project))
    assert actions(planned(project)) == STANDING

    port = free_port()
    edit(project, "    port ", f"    port = {port}\n    #")
    moved = planned(project)
    assert actions(moved) == {**STANDING, "deployment scorer": "deploy"}
    hold(moved, done_by_up(project))
    assert actions(planned(project)) == STANDING

    (image,) = [step["location"] for step in planned(project)["steps"] if step["kind"] == "environment"]
    docker_env.client.images.remove(image, force=True)
    gone = planned(project)
    assert actions(gone) == {**STANDING, "environment e": "build"}
    assert reasons(gone, "environment e") == ["what was built is gone"]
    hold(gone, done_by_up(project))
    for container in docker_env.client.containers.list(filters={"label": "dev.envspec.deployment"}):
        if any(mount["Source"].startswith(f"{project}/") for mount in container.attrs["Mounts"]):
            container.remove(force=True)
    stopped = planned(project)
    assert actions(stopped) == {**STANDING, "deployment scorer": "deploy"}
    assert reasons(stopped, "deployment scorer") == ["it no longer runs"]


def test_packages_of_an_image_by_version(project: Path) -> None:
    edit(project, "six ==1.17.0", "six ==1.16.0")
    text = (project / "a.envspec").read_text()
    (project / "a.envspec").write_text(text.partition("run train")[0])
    assert envspec("build", "--target", "docker", cwd=project).returncode == 0
    edit(project, "six ==1.16.0", "six ==1.17.0")
    unsolved = planned(project, "--target", "box")
    (step,) = [step for step in unsolved["steps"] if step["kind"] == "environment"]
    assert step["layers"] == {"python": "made", "image": "made"}, "nobody knows yet that packages stay"
    assert envspec("lock", cwd=project).returncode == 0
    plan = planned(project, "--target", "box")
    assert actions(plan) == {"environment e": "build"}
    assert reasons(plan, "environment e") == ["`six` went from 1.16.0 to 1.17.0 since e:1"]
    built = envspec("build", "--target", "docker", cwd=project)
    assert "environment e: `six` went from 1.16.0 to 1.17.0 since e:1\n" in built.stderr
    local = planned(project, "--target", "local")
    assert reasons(local, "environment e") == ["it has not been built yet"]
