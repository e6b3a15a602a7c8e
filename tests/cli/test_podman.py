"""podman's socket as an engine: build, run, deploy, and the refusal of what its API cannot keep secret."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.free_port import free_port
from tests.engines.podman import PodmanEngine

pytestmark = pytest.mark.slow

SPEC = """edition = 1
environment e {
    managed     = false
    interpreter = "python3"
    docker { image = "BASE", run = ["echo made > /made"] }
}
run train {
    environment = e
    source      = "src"
    command     = ["python3", "-c", "import sys; open(sys.argv[1], 'w').write(open('/made').read())", outputs.text]
    outputs     = { text = "text.txt" }
}
model text { from = run.train.outputs.text }
deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    models      = [text]
    port        = PORT
    sample      = "sample.json"
    health      = { interval = 1s }
}
"""
SCORE = """import os, pathlib
def init():
    global text
    text = (pathlib.Path(os.environ["ENVSPEC_MODELS"]) / "text").read_text()
def run(data):
    return {"text": text, "x": data["x"]}
"""


@pytest.fixture
def project(podman_engine: PodmanEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DOCKER_HOST", podman_engine.host)
    text = SPEC.replace("BASE", podman_engine.base).replace("PORT", str(free_port()))
    (tmp_path / "a.envspec").write_text(text)
    (tmp_path / "pyproject.toml").write_text('[tool.envspec.docker]\nnetwork = "host"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text(SCORE)
    (tmp_path / "sample.json").write_text('{"x": 2}')
    yield tmp_path
    for container in podman_engine.client.containers.list(all=True):
        container.remove(force=True)


def test_from_text_to_a_score(podman_engine: PodmanEngine, project: Path) -> None:
    built = envspec("build", "--target", "docker", cwd=project)
    assert "built in" in ok(built)
    assert "podman" in built.stderr and "without BuildKit" in built.stderr, "never a silent fallback"
    again = ok(envspec("build", "--target", "docker", "--format", "json", cwd=project))
    assert json.loads(again)["environments"][0]["reused"] is True
    ok(envspec("run", "train", "--target", "docker", cwd=project))
    deployed = ok(envspec("deploy", "--target", "docker", cwd=project))
    url = deployed.split()[1]
    request = urllib.request.Request(url, b'{"x": 5}', {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer) == {"text": "made\n", "x": 5}
    assert "unchanged" in ok(envspec("deploy", "--target", "docker", cwd=project))
    ok(envspec("deployments", "stop", "scorer", cwd=project))
    assert podman_engine.client.containers.list(all=True) == []


def names(engine: PodmanEngine) -> set[str]:
    return {tag for image in engine.client.images.list() for tag in image.tags}


def test_a_failed_step_is_told_and_leaves_nothing(podman_engine: PodmanEngine, project: Path) -> None:
    file = project / "a.envspec"
    file.write_text(file.read_text().replace("echo made > /made", "echo the cause; exit 7"))
    before = names(podman_engine)
    done = envspec("build", "--target", "docker", cwd=project)
    assert done.returncode == 3
    assert "E0911" in done.stderr and "the cause" in done.stderr and "a.envspec:5:" in done.stderr
    assert names(podman_engine) == before
    assert podman_engine.client.containers.list(all=True) == []


def test_secrets_of_a_build_are_refused(podman_engine: PodmanEngine, project: Path) -> None:
    (project / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    file = project / "a.envspec"
    file.write_text(file.read_text().replace("echo made", "echo made otherwise"))
    done = envspec("build", "--target", "docker", "--ca-bundle", "ca.pem", cwd=project)
    assert done.returncode == 3
    assert "E0910" in done.stderr and "podman" in done.stderr
