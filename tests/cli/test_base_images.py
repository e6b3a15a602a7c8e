"""What an image is built on: the vendor's CUDA image, and a Dockerfile of one's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.conda_channel import CondaChannel
from tests.engines.docker_engine import DockerEngine

pytestmark = [pytest.mark.index, pytest.mark.slow]

CUDA_IMAGE = "nvidia/cuda:12.4.1-base-ubuntu22.04"
CUDA = """edition = 1
channel own {{ url = "{channel}" }}
environment gpu {{
    python   = "{python}"
    channels = [own]
    conda    = ["six"]
    docker {{ cuda = "12.4" }}
}}
"""
OWN = """edition = 1
environment e {{
    python = "3.11"
    pip    = ["six ==1.17.0"]
    docker {{ dockerfile = "docker/Dockerfile", labels = {{ once = "{once}" }} }}
}}
"""
DOCKERFILE = """FROM {base} AS tools
COPY greeting.txt /greeting
FROM {base}
COPY --from=tools /greeting /opt/greeting
COPY requirements.txt *.sh /opt/extra/
COPY folder /opt/folder
USER 1000
"""


@pytest.fixture
def cuda_image(docker_env: DockerEngine, tmp_path: Path) -> Iterator[str]:
    """None can be pulled everywhere: a Debian under the vendor's name, with the variables of the vendor's base."""
    folder = tmp_path / "cuda"
    folder.mkdir()
    (folder / "Dockerfile").write_text(
        "FROM debian:bookworm-slim\nENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility\n"
    )
    docker_env.client.images.build(path=str(folder), tag=CUDA_IMAGE, rm=True, forcerm=True)
    yield CUDA_IMAGE
    docker_env.client.images.remove(CUDA_IMAGE, force=True)


def test_cuda_chooses_the_base(
    docker_env: DockerEngine, conda_channel: CondaChannel, cuda_image: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    text = CUDA.format(channel=conda_channel.http_url, python=conda_channel.python_version)
    (project / "a.envspec").write_text(text)
    ok(envspec("lock", cwd=project))
    assert f'image = "{cuda_image}"' in (project / "envspec.lock").read_text()
    built = ok(envspec("build", "--target", "docker", "--network", "host", cwd=project)).split()[-1]
    shown = docker_env.client.containers.run(
        built, ["sh", "-c", "python -c 'import six; print(six.__name__)'; env"], remove=True
    ).decode()
    assert shown.startswith("six\n")
    assert "NVIDIA_VISIBLE_DEVICES=all\n" in shown
    base = docker_env.client.images.get(cuda_image).attrs["RootFS"]["Layers"]
    assert docker_env.client.images.get(built).attrs["RootFS"]["Layers"][: len(base)] == base
    # with a base of one's own, `cuda` is only what the solver may count on
    (project / "a.envspec").write_text(text.replace("docker {", 'docker { image = "debian:bookworm-slim",'))
    ok(envspec("lock", cwd=project))
    assert "nvidia" not in (project / "envspec.lock").read_text()


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_a_dockerfile_of_ones_own_makes_the_base(
    docker_env: DockerEngine, tmp_path: Path, builder: str
) -> None:
    files = {
        "a.envspec": OWN.format(once=uuid.uuid4().hex),
        "docker/Dockerfile": DOCKERFILE.format(base=docker_env.base),
        "docker/greeting.txt": "hello\n",
        "docker/requirements.txt": "not for pip\n",
        "docker/one.sh": "one\n",
        "docker/folder/a/b.txt": "b\n",
        "docker/other.txt": "copied by nobody\n",
        "docker/.dockerignore": "greeting.txt\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    command = ("build", "--target", "docker", "--builder", builder)

    def image() -> str:
        return ok(envspec(*command, cwd=tmp_path)).split()[-1]

    first = image()
    shown = docker_env.client.containers.run(
        first,
        ["sh", "-c", "cat /opt/greeting /opt/extra/* /opt/folder/a/b.txt; python -c 'import six'; id -u"],
        remove=True,
    )
    assert shown == b"hello\none\nnot for pip\nb\n1000\n"
    (tmp_path / "docker" / "other.txt").write_text("still by nobody\n")
    assert image() == first, "what no instruction names is not part of it"
    (tmp_path / "docker" / "greeting.txt").write_text("good day\n")
    second = image()
    assert second != first
    shown = docker_env.client.containers.run(second, ["cat", "/opt/greeting"], remove=True)
    assert shown == b"good day\n"
    ok(envspec("compile", "-o", "out", cwd=tmp_path))
    assert (tmp_path / "out/environments/e/base/greeting.txt").read_text() == "good day\n"
    assert not (tmp_path / "out/environments/e/base/other.txt").exists()
