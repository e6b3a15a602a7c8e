"""`compose.yaml` as docker compose itself reads it, and as it serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envspec.ir.types import Environment, SecretRef
from envspec.lower.context import ContextFile
from envspec.lower.deployment import lower_deployment
from envspec.server.distribution import server_files
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port
from tests.engines_docker.hostile import HOSTILE
from tests.lower import specimens
from tests.lower.specimens import FILES, LOCKS, PIP_ONLY, SCORER, project
from tests.lower.test_deployment import SCORE

COMPOSE = str(Path(sys.executable).with_name("docker-compose"))


def compose(folder: Path, *arguments: str, **variables: str) -> str:
    done = subprocess.run(
        [COMPOSE, *arguments], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "HOME": str(folder), **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_hundred_hostile_variables_come_back(tmp_path: Path) -> None:
    variables = {f"V{number}": text for number, text in enumerate(HOSTILE)}
    deployment = replace(SCORER, variables={**variables, "API_KEY": SecretRef("corp_token")})
    context = lower_deployment(project(PIP_ONLY), deployment, PIP_ONLY, LOCKS["sklearn"], FILES, {}, {})
    specimens.write(context, tmp_path, FILES)
    # `config` writes `$` doubled again, as a compose file has it.
    read = json.loads(compose(tmp_path, "config", "--format", "json", CORP_TOKEN="the-token"))
    assert "the-token" not in json.dumps(read)
    service: dict[str, Any] = read["services"]["scorer"]
    seen = {name: value.replace("$$", "$") for name, value in service["environment"].items()}
    assert variables.items() <= seen.items()
    assert "API_KEY" not in seen
    assert service["ports"] == [
        {"mode": "ingress", "host_ip": "127.0.0.1", "target": 9000, "published": "9000", "protocol": "tcp"}
    ]
    assert [(v["target"], v["read_only"]) for v in service["volumes"]] == [("/opt/envspec/models/wine", True)]
    assert {s["target"] for s in service["secrets"]} == {"API_KEY", "/run/envspec-auth/token"}


@pytest.mark.slow
@pytest.mark.index
def test_compose_up_serves(docker_engine: DockerEngine, tmp_path: Path) -> None:
    """With nothing but the folder and the model in it."""
    environment = Environment("e", "e", python="3.11", pip=(specimens.requirement("six ==1.16.0"),))
    port = free_port()
    health = replace(SCORER.health, interval=1.0)
    deployment = replace(
        SCORER, id=f"up-{port}", environment="e", port=port, variables={}, auth=None, health=health
    )
    source = {"score.py": ContextFile(SCORE)}
    context = lower_deployment(
        project(environment), deployment, environment, None, FILES, source, server_files()
    )
    specimens.write(context, tmp_path, FILES)
    (tmp_path / "models" / "wine").mkdir(parents=True)
    (tmp_path / "models" / "wine" / "weight.txt").write_text("2.5")
    variables = docker_engine.environment
    try:
        compose(tmp_path, "up", "--build", "--detach", "--wait", **variables)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/score", b'{"data": [1, 3]}', {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.loads(answer.read()) == {"result": 10.0, "uid": 1000, "six": "1.16.0"}
    finally:
        compose(tmp_path, "down", "--rmi", "local", "--volumes", **variables)
