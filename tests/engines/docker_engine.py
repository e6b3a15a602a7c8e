"""A real Docker engine with the base images in it: one that answers, or else a private one.

An engine that answers on `DOCKER_HOST` or the default socket is used as it is and never stopped.
Otherwise a private daemon (`docker_daemon`) is started for all who ask; each holds a lease, and the last
one out stops it. Any number of processes may acquire and release at the same time.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.engines import base_image, docker_daemon, leases
from tests.engines.paths import cache_dir, lock

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
_LOCK = "docker-engine"
_FIRST_CLI_WITHOUT_BUILDKIT = 23


@dataclass(frozen=True)
class DockerEngine:
    """A Docker engine that answers.

    `host` is its address as `DOCKER_HOST` takes it; `private` tells whether it was started for the
    tests; `base` is the image that the tests build on, which has Python 3.11, pip and the machine's CA
    bundle. `python:3.11-slim` and `debian:bookworm-slim` (no Python in it) are there too.
    """

    host: str
    private: bool
    base: str = base_image.BASE

    @functools.cached_property
    def client(self) -> docker.DockerClient:
        """An SDK client of this engine, opened at the first use."""
        return docker.DockerClient(base_url=self.host, timeout=600)

    @functools.cached_property
    def cli(self) -> str | None:
        """The path of a `docker` command that builds with BuildKit against this engine, if there is one."""
        folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]
        for folder in dict.fromkeys(folders):
            candidate = shutil.which("docker", path=folder)
            if candidate is not None and _builds_with_buildkit(candidate, self.environment):
                return candidate
        return None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the Docker CLI and SDK at this engine."""
        return {"DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "1"}


def image_ids(client: docker.DockerClient, name: str | None = None) -> set[str]:
    """The images there are. `images.list` of the SDK asks for each one again, and fails when another process has
    just deleted it."""
    return set(client.api.images(name=name, all=True, quiet=True))


def find_running() -> DockerEngine | None:
    """The engine that answers on `DOCKER_HOST` or on the default socket, without starting anything."""
    configured = os.environ.get("DOCKER_HOST")
    for address in (configured,) if configured else (DEFAULT_SOCKET,):
        if address != docker_daemon.host() and docker_daemon.answers(address):
            return DockerEngine(host=address, private=False)
    return None


def acquire(holder: int | None) -> DockerEngine:
    """An engine with the base images in it, held for the process `holder` until `release`.

    Raises EngineMissingError when this machine has none and cannot be given one.
    """
    with lock(_LOCK):
        engine = find_running()
        if engine is None:
            docker_daemon.start()
            leases.add(_lease_dir(), holder)
            engine = DockerEngine(host=docker_daemon.host(), private=True)
        try:
            base_image.ensure(engine.client, pull=not engine.private)
        except BaseException:
            _let_go(holder)
            raise
        return engine


def release(holder: int | None) -> None:
    """Give the private engine up; when nobody else holds it, it is stopped."""
    if _lease_dir().is_dir():
        with lock(_LOCK):
            _let_go(holder)


def stop() -> None:
    """Stop the private engine whoever holds it."""
    with lock(_LOCK):
        shutil.rmtree(_lease_dir(), ignore_errors=True)
        docker_daemon.stop()


def holders() -> list[str]:
    """The process ids that hold the private engine, and `by-hand`."""
    with lock(_LOCK):
        return leases.current(_lease_dir())


def _let_go(holder: int | None) -> None:
    leases.remove(_lease_dir(), holder)
    if docker_daemon.pid() is not None and not leases.current(_lease_dir()):
        docker_daemon.stop()


def _lease_dir() -> Path:
    return cache_dir() / "docker-leases"


def _builds_with_buildkit(cli: str, environment: dict[str, str]) -> bool:
    """Before 23.0 the CLI speaks BuildKit itself; since then it needs the buildx plugin."""
    version = _output([cli, "version", "--format", "{{.Client.Version}}"], environment)
    major = version.split(".")[0]
    if not major.isdigit():
        return False
    if int(major) < _FIRST_CLI_WITHOUT_BUILDKIT:
        return True
    return "buildx" in _output([cli, "buildx", "version"], environment)


def _output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    return done.stdout if done.returncode == 0 else ""
