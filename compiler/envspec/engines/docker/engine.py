"""`DockerEngine`: the engine interface on a Docker engine, put together from this package's parts.

Making one does nothing: the SDK is imported and the engine asked when a request needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from envspec.engines.docker.build import ImageOrder, make_image
from envspec.engines.docker.connection import Connection, diagnose
from envspec.engines.docker.names import image_reference
from envspec.engines.docker.options import BuildOptions
from envspec.engines.interface import (
    BuildRequest,
    Built,
    Deployed,
    DeployRequest,
    RunRequest,
    RunResult,
)


class DockerEngine:
    """`host` is an address as `DOCKER_HOST` takes it; empty follows the docker command."""

    name = "docker"

    def __init__(self, options: BuildOptions | None = None, host: str = "") -> None:
        self.options = options or BuildOptions()
        self.connection = Connection(host)

    def available(self) -> str:
        trouble = diagnose(self.connection.host)
        return trouble.message if trouble is not None else ""

    def build(self, request: BuildRequest) -> Built:
        environment = request.environment

        def context(builder: str) -> Iterable[bytes]:
            from envspec.engines.docker.root_files import RootFiles
            from envspec.lower.context import tar_stream
            from envspec.lower.environment import BUILDKIT, PORTABLE, lower_environment

            files = RootFiles(request.root)
            variant = BUILDKIT if builder == "buildkit" else PORTABLE
            lowered = lower_environment(
                environment, request.locked, files, builder=variant, platform=request.platform
            )
            return [tar_stream(lowered, files)]

        order = ImageOrder(
            reference=image_reference(environment.id, request.image_hash),
            hash=request.image_hash,
            preimage=request.preimage,
            context=context,
            locks=request.state / "locks",
            log=request.log,
            say=request.say,
            title=f"environment `{environment.id}`",
            pointer=f"/environments/{environment.id}",
            platform=request.platform,
            environment=environment,
        )
        return make_image(self.connection, self.options, order)

    def run(self, request: RunRequest) -> RunResult:
        from envspec.engines.docker.run import run_in_container

        return run_in_container(self.connection, request)

    def deploy(self, request: DeployRequest) -> Deployed:
        from envspec.engines.docker.deploy import deploy

        return deploy(self.connection, self.options, request)

    def alive(self, handle: str) -> bool:
        from envspec.engines.docker.deploy import alive

        return alive(self.connection, handle)

    def logs(self, handle: str, log: Path) -> str:
        from envspec.engines.docker.deploy import logs

        return logs(self.connection, handle, log)

    def stop(self, handle: str) -> None:
        from envspec.engines.docker.deploy import stop

        stop(self.connection, handle)
