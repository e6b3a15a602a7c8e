"""A connection to the tests' engine, and each of its builders."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import docker.errors
import pytest

from envspec.engines.docker.connection import Connection
from tests.engines.docker_engine import DockerEngine, image_ids
from tests.engines_docker.requests import OURS


@pytest.fixture(scope="session")
def connection(docker_engine: DockerEngine) -> Iterator[Connection]:
    """Used by all tests of a worker; the images that it built do not outlive them."""
    connection = Connection(docker_engine.host)
    yield connection
    for image in image_ids(connection.client, f"envspec/{OURS}"):
        with contextlib.suppress(docker.errors.APIError):  # another process was faster
            connection.client.images.remove(image, force=True)
    connection.client.close()


@pytest.fixture(scope="session")
def base(docker_engine: DockerEngine) -> str:
    return docker_engine.base


@pytest.fixture(params=["buildkit", "classic"])
def builder(
    request: pytest.FixtureRequest,
    docker_engine: DockerEngine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> str:
    """Each of the two builders: BuildKit with the `docker` command that can, classic without one on PATH."""
    chosen = str(request.param)
    if chosen == "classic":
        monkeypatch.setenv("PATH", str(tmp_path))
    elif docker_engine.cli is not None:
        monkeypatch.setenv("PATH", str(Path(docker_engine.cli).parent))
    return chosen
