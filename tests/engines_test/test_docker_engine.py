"""The Docker engine builds, runs, reaches the package index and publishes ports."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import docker.errors
import pytest

from tests.engines import docker_daemon
from tests.engines.docker_engine import DockerEngine

INSTALLS = """\
FROM python:3.11-slim
ARG SALT
RUN pip install --quiet --no-cache-dir six==1.17.0
CMD ["python", "-c", "import six; print(six.__version__)"]
"""


@pytest.fixture
def tag(docker_engine: DockerEngine) -> Iterator[str]:
    """A name for an image, which is deleted afterwards."""
    name = f"envspec-test/built:{uuid.uuid4().hex[:12]}"
    yield name
    with contextlib.suppress(docker.errors.ImageNotFound):
        docker_engine.client.images.remove(name, force=True)


@pytest.mark.index
@pytest.mark.parametrize("network", ["host", "default"])
def test_classic_build_installs_from_the_index(docker_engine: DockerEngine, tag: str, network: str) -> None:
    docker_engine.client.images.build(
        fileobj=io.BytesIO(INSTALLS.encode()),
        tag=tag,
        network_mode=network,
        rm=True,
        buildargs={"SALT": tag},
    )
    assert docker_engine.client.containers.run(tag, remove=True) == b"1.17.0\n"


@pytest.mark.index
@pytest.mark.parametrize("network", ["host", "default"])
def test_buildkit_build_mounts_a_cache(
    docker_engine: DockerEngine, tag: str, network: str, tmp_path: Path
) -> None:
    mounted = INSTALLS.replace("RUN pip", "RUN --mount=type=cache,target=/var/cache/pip pip")
    (tmp_path / "Dockerfile").write_text(mounted)
    assert docker_engine.cli is not None
    command = [docker_engine.cli, "build", "--network", network, "--build-arg", f"SALT={tag}"]
    environment = {**os.environ, **docker_engine.environment}
    subprocess.run([*command, "--tag", tag, str(tmp_path)], env=environment, check=True)
    assert docker_engine.client.containers.run(tag, remove=True) == b"1.17.0\n"


@pytest.mark.index
def test_uv_reaches_the_index_from_a_container(docker_engine: DockerEngine) -> None:
    script = "pip install -q uv && uv venv -q /tmp/v && uv pip install -q -p /tmp/v six && ls /tmp/v/lib/*/*"
    output = docker_engine.client.containers.run(
        "python:3.11-slim", ["sh", "-c", script], remove=True, network_mode="host"
    )
    assert b"six.py" in output


@pytest.mark.parametrize("command", ["python", "python3", "pip"])
def test_python_image_has_what_the_official_one_has(docker_engine: DockerEngine, command: str) -> None:
    output = docker_engine.client.containers.run("python:3.11-slim", [command, "--version"], remove=True)
    assert b"3.11" in output


def test_debian_image_is_plain(docker_engine: DockerEngine) -> None:
    script = "command -v python3 || echo none; . /etc/os-release; echo $VERSION_CODENAME"
    output = docker_engine.client.containers.run("debian:bookworm-slim", ["sh", "-c", script], remove=True)
    assert output == b"none\nbookworm\n"


def test_a_port_is_published_on_loopback(docker_engine: DockerEngine) -> None:
    container = docker_engine.client.containers.run(
        docker_engine.base,
        ["python3", "-m", "http.server", "8000"],
        ports={"8000/tcp": ("127.0.0.1", 0)},
        detach=True,
    )
    try:
        container.reload()
        published = container.ports["8000/tcp"]
        assert published
        port = published[0]["HostPort"]
        assert _status(f"http://127.0.0.1:{port}/") == 200
    finally:
        container.remove(force=True)


def test_limits_are_kept(docker_engine: DockerEngine) -> None:
    script = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null"
    output = docker_engine.client.containers.run(
        docker_engine.base, ["sh", "-c", f"{script}; true"], mem_limit="64m", remove=True
    )
    assert output.strip() == str(64 * 1024**2).encode()


def test_docker_env_points_clients_at_the_engine(docker_env: DockerEngine) -> None:
    client = docker.from_env()
    assert client.api.base_url == docker_env.client.api.base_url
    assert client.ping()
    client.close()


def test_a_private_daemon_leaves_docker0_alone(docker_engine: DockerEngine) -> None:
    if docker_engine.private:
        command = Path(f"/proc/{docker_daemon.pid()}/cmdline").read_text().split("\0")
        assert any(argument.startswith("--bridge=es") for argument in command)


def _status(url: str) -> int:
    """The status of a GET, asked again for up to a minute while nothing listens yet."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                status: int = answer.status
                return status
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
