"""`DockerEngine`: the engine interface on a Docker engine, put together from this package's parts.

Making one does nothing: the SDK is imported and the engine asked when a request needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic
from envspec.engines.docker.build import ImageOrder, build_locks, make_image
from envspec.engines.docker.connection import Connection, diagnose, speaking
from envspec.engines.docker.fast_path import PREIMAGE_LABEL, image_facts
from envspec.engines.docker.names import image_reference
from envspec.engines.docker.options import BuildOptions
from envspec.engines.interface import (
    NOTE,
    BuildRequest,
    Built,
    Deployed,
    DeployRequest,
    RunRequest,
    RunResult,
    Standing,
)

if TYPE_CHECKING:
    from envspec.engines.content import Verified
    from envspec.ir.types import Environment
    from envspec.lock.model import LockedEnvironment
    from envspec.lower.logins import BuildSecret


class DockerEngine:
    """`host` is an address as `DOCKER_HOST` takes it; empty follows the docker command."""

    name = "docker"

    def __init__(self, options: BuildOptions | None = None, host: str = "") -> None:
        self.options = options or BuildOptions()
        self.connection = Connection(host)

    def available(self) -> Diagnostic | None:
        return diagnose(self.connection.host)

    def build(self, request: BuildRequest) -> Built:
        order = _order(request)
        with speaking(self.connection, f"building {order.title}", order.pointer):
            return make_image(self.connection, self.options, order)

    def holds(self, request: BuildRequest) -> bool | None:
        from envspec.engines.docker.standing import facts_at

        found = facts_at(self.connection, image_reference(request.environment.id, request.image_hash))
        return found.made_from(request.image_hash, request.preimage) if found.known else None

    def preimage(self, location: str) -> bytes:
        from envspec.engines.docker.standing import facts_at

        labels = facts_at(self.connection, location).labels or {}
        return labels.get(PREIMAGE_LABEL, "").encode("utf-8", "surrogateescape")

    def standing(self, location: str) -> Standing:
        from envspec.engines.docker.standing import facts_at

        found = facts_at(self.connection, location)
        return Standing(found.known, found.exists, found.size)

    def remove(self, location: str, hash: str, state: Path) -> str:
        from envspec.engines.docker.removal import remove

        with speaking(self.connection, f"removing `{location}`"):
            return remove(self.connection, location, hash, build_locks(state))

    def verify(self, request: BuildRequest, built: Built) -> Verified:
        from envspec.engines.docker.verify import verify

        order = _order(request)
        folder = request.state / "verify" / request.image_hash.removeprefix("sha256:")
        with speaking(self.connection, f"verifying {order.title}", order.pointer):
            return verify(self.connection, self.options, order, folder)

    def run(self, request: RunRequest) -> RunResult:
        from envspec.engines.docker.run import run_in_container

        run = request.run.id
        with speaking(self.connection, f"run `{run}` was running", f"/runs/{run}"):
            return run_in_container(self.connection, request)

    def cancel(self, folder: Path) -> bool:
        from envspec.engines.docker.run import cancel

        with speaking(self.connection, "ending a run"):
            return cancel(self.connection, folder)

    def prepare(self, request: DeployRequest) -> Built:
        id = request.deployment.id
        with speaking(self.connection, f"building deployment `{id}`", f"/deployments/{id}"):
            return make_image(self.connection, self.options, self._image_of(request))

    def deploy(self, request: DeployRequest) -> Deployed:
        from envspec.engines.docker.deploy import deploy

        id = request.deployment.id
        with speaking(self.connection, f"deploying `{id}`", f"/deployments/{id}"):
            return deploy(self.connection, self.options, request, self._image_of(request))

    def _image_of(self, request: DeployRequest) -> ImageOrder:
        """The deployment's own image, for the platform of its environment's."""
        deployment = request.deployment
        built = image_facts(self.connection.host, request.built.location).platform
        platform = built or request.environment.platforms[0]

        def context(builder: str) -> Iterable[bytes]:
            return _deployment_context(request, builder, platform)

        def needs() -> Mapping[str, BuildSecret]:
            return _needed(request.environment, request.locked, platform)

        return ImageOrder(
            reference=image_reference(deployment.id, request.image_hash),
            hash=request.image_hash,
            preimage=request.preimage,
            context=context,
            locks=build_locks(request.state),
            log=request.log.with_name(f"{request.log.stem}.build.log"),
            say=lambda line: request.say(line if line.startswith(NOTE) else f"{deployment.id}: {line}"),
            title=f"deployment `{deployment.id}`",
            pointer=f"/deployments/{deployment.id}",
            platform=platform,
            secrets=request.secrets,
            needs=needs,
        )

    def alive(self, handle: str) -> bool:
        from envspec.engines.docker.deploy import alive

        return alive(self.connection, handle)

    def same_secrets(self, handle: str, request: DeployRequest) -> bool:
        from envspec.engines.docker.deploy import same_secrets

        with speaking(self.connection, "looking at a deployment"):
            return same_secrets(self.connection, handle, request)

    def logs(self, handle: str, log: Path) -> str:
        from envspec.engines.docker.deploy import logs

        with speaking(self.connection, "reading a deployment's log"):
            return logs(self.connection, handle, log)

    def stop(self, handle: str) -> str:
        from envspec.engines.docker.deploy import stop

        with speaking(self.connection, "stopping a deployment"):
            return stop(self.connection, handle)


def _needed(
    environment: Environment, locked: LockedEnvironment | None, platform: str
) -> Mapping[str, BuildSecret]:
    from envspec.lower.environment import needed_secrets

    return needed_secrets(environment, locked, (platform,))


def _order(request: BuildRequest) -> ImageOrder:
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

    return ImageOrder(
        reference=image_reference(environment.id, request.image_hash),
        hash=request.image_hash,
        preimage=request.preimage,
        context=context,
        locks=build_locks(request.state),
        log=request.log,
        say=request.say,
        title=f"environment `{environment.title}`",
        pointer=f"/environments/{environment.id}",
        platform=request.platform,
        environment=environment,
        locked=request.locked.platform(request.platform) if request.locked is not None else None,
        root=request.root,
        secrets=request.secrets,
        needs=lambda: _needed(environment, request.locked, request.platform),
        stop=request.stop,
    )


def _deployment_context(request: DeployRequest, builder: str, platform: str) -> Iterable[bytes]:
    from envspec.engines.docker.root_files import RootFiles
    from envspec.lower.context import ContextFile, tar_stream
    from envspec.lower.deployment import lower_deployment
    from envspec.lower.environment import BUILDKIT, PORTABLE
    from envspec.lower.source import project_source
    from envspec.server.distribution import server_files

    snapshot = RootFiles(request.source)
    source = {
        path: ContextFile(file.read(snapshot), file.mode)
        for path, file in project_source(snapshot, ".").items()
    }
    files = RootFiles(request.root)
    lowered = lower_deployment(
        None,
        request.deployment,
        request.environment,
        request.locked,
        files,
        source,
        server_files(),
        builder=BUILDKIT if builder == "buildkit" else PORTABLE,
        platform=platform,
    )
    return [tar_stream(lowered, files)]
