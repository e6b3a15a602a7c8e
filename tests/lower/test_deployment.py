"""What a deployment is lowered to, built and asked for real."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import docker.models.containers
import pytest
import yaml

from envspec.ir.types import Environment, Secret
from envspec.lower.context import ContextFile
from envspec.lower.deployment import lower_deployment
from envspec.lower.environment import BUILDKIT, PORTABLE
from envspec.lower.source import project_source, source_digest
from envspec.server.distribution import server_files
from tests.engines.docker_engine import DockerEngine
from tests.lower import specimens
from tests.lower.specimens import FILES, LOCKS, PIP_ONLY, SCORER, USERS_OWN, project
from tests.lower.test_builds import Images

Golden = Callable[[str, str], None]
SERVER = {"front.py": b"", "worker.py": b""}


def test_golden(golden: Golden) -> None:
    source = project_source(FILES, "src")
    for environment, name in ((PIP_ONLY, "scorer"), (USERS_OWN, "given-scorer")):
        deployment = replace(SCORER, environment=environment.id)
        context = lower_deployment(
            project(environment), deployment, environment, LOCKS.get(environment.id), FILES, source, SERVER,
            image="envspec/scorer:0123456789ab",
        )  # fmt: skip
        golden(f"{name}.Dockerfile", context.text("Dockerfile"))
        golden(f"{name}.compose.yaml", context.text("compose.yaml"))
        golden(f"{name}.files", "".join(f"{context.files[p].mode:o} {p}\n" for p in context))


@pytest.mark.parametrize("builder", [PORTABLE, BUILDKIT])
def test_hadolint_finds_nothing(builder: str, tmp_path: Path) -> None:
    context = lower_deployment(
        project(PIP_ONLY), SCORER, PIP_ONLY, LOCKS["sklearn"], FILES, {}, SERVER, builder=builder
    )
    (tmp_path / "Dockerfile").write_text(context.text("Dockerfile"))
    tool = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([tool, "Dockerfile"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_only_what_is_in_the_hash_is_in_the_image() -> None:
    """Port, replicas, variables, limits, health and models change compose, and not what is built."""
    source = project_source(FILES, "src")

    def files(deployment: object) -> dict[str, ContextFile]:
        context = lower_deployment(
            project(PIP_ONLY), deployment, PIP_ONLY, LOCKS["sklearn"], FILES, source, SERVER  # type: ignore[arg-type]
        )  # fmt: skip
        return {path: file for path, file in context.files.items() if path != "compose.yaml"}

    other = replace(SCORER, port=1, replicas=9, variables={}, models=(), auth=None, sample="x")
    assert files(SCORER) == files(other)
    assert files(SCORER) != files(replace(SCORER, entry="other.py"))


def test_compose_keeps_secrets_in_files_and_ports_on_loopback() -> None:
    text = lower_deployment(
        project(PIP_ONLY), SCORER, PIP_ONLY, LOCKS["sklearn"], FILES, {}, SERVER
    ).text("compose.yaml")  # fmt: skip
    document = yaml.safe_load(text)
    service = document["services"]["scorer"]
    assert service["ports"] == ["127.0.0.1:9000:9000"]
    assert service["environment"]["MODE"] == "a$$b"
    assert "API_KEY" not in service["environment"]
    assert {"source": "corp_token", "target": "API_KEY"} in service["secrets"]
    assert document["secrets"] == {
        "corp_token": {"environment": "CORP_TOKEN"},
        "front_door": {"file": "./secrets/front_door"},
    }
    assert [v["read_only"] for v in service["volumes"]] == [True]
    assert Secret("front_door", "keyring", "envspec/front") in specimens.SECRETS.values()


def test_source_digest_is_that_of_path_mode_and_content() -> None:
    source = project_source(FILES, "src")
    assert source["score.py"].mode == 0o755
    digest = source_digest(source, FILES)
    assert digest == source_digest(dict(reversed(source.items())), FILES)
    assert digest != source_digest({**source, "score.py": replace(source["score.py"], mode=0o644)}, FILES)


SCORE = b"""
import os, six

def init():
    global model
    with open(os.path.join(os.environ["ENVSPEC_MODELS"], "wine", "weight.txt")) as file:
        model = float(file.read())

def run(data):
    return {"result": model * sum(data["data"]), "uid": os.getuid(), "six": six.__version__}
"""


@pytest.mark.slow
@pytest.mark.index
@pytest.mark.parametrize("builder", [PORTABLE, BUILDKIT])
def test_it_serves(docker_engine: DockerEngine, tmp_path: Path, builder: str) -> None:
    images = Images(docker_engine, tmp_path)
    environment = Environment("e", "e", python="3.11", pip=(specimens.requirement("six ==1.16.0"),))
    deployment = replace(SCORER, environment="e", variables={}, auth=None)
    source = {"score.py": ContextFile(SCORE)}
    context = lower_deployment(
        project(environment), deployment, environment, None, FILES, source, server_files(), builder=builder
    )
    tag = f"lowered-scorer:{builder}"
    images.build(context, tag, FILES, buildkit=builder == BUILDKIT)
    model = tmp_path / "model"
    model.mkdir(mode=0o755)
    (model / "weight.txt").write_text("2.5")
    with _serving(docker_engine, tag, model) as container:
        ask = (
            "import json, urllib.request as u;"
            "r = u.Request('http://127.0.0.1:8080/score', b'{\"data\": [1, 3]}', {'Content-Type': 'application/json'});"
            "print(u.urlopen(r).read().decode())"
        )
        answer = container.exec_run(["/opt/envspec/env/bin/python", "-c", ask]).output.decode()
        assert '"result":10.0' in answer.replace(" ", "")
        assert '"uid":1000' in answer.replace(" ", "")


@contextmanager
def _serving(engine: DockerEngine, tag: str, model: Path) -> Iterator[docker.models.containers.Container]:
    """A container that its own HEALTHCHECK called healthy."""
    container = engine.client.containers.run(
        tag,
        detach=True,
        network_mode="none",
        environment={"ENVSPEC_MODELS": "/opt/envspec/models"},
        volumes={str(model): {"bind": "/opt/envspec/models/wine", "mode": "ro"}},
        healthcheck={"interval": 300_000_000},
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            container.reload()
            state = container.attrs["State"]
            health = state["Health"]["Status"]
            if health == "healthy":
                break
            assert state["Running"], container.logs().decode()
            assert time.monotonic() < deadline, (state, container.logs().decode())
            time.sleep(0.1)
        yield container
    finally:
        container.remove(force=True)
