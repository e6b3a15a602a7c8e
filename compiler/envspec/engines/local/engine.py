"""The local engine: the default, and always there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic
from envspec.engines.interface import (
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


class LocalEngine:
    """Implements `engines.interface.Engine`. Each part is imported when it is used."""

    name = "local"

    def available(self) -> Diagnostic | None:
        import os

        if os.name == "posix":
            return None
        return Diagnostic("E0822", "the local engine needs a POSIX system", help="on Windows, use WSL")

    def build(self, request: BuildRequest) -> Built:
        from envspec.engines.local.environment import build

        return build(request)

    def holds(self, request: BuildRequest) -> bool | None:
        from envspec.engines.local.environment import holds

        return holds(request)

    def preimage(self, location: str) -> bytes:
        from envspec.engines.local import marker

        found = marker.read(Path(location))
        return b"" if found is None else found.preimage.encode("utf-8", "surrogateescape")

    def standing(self, location: str) -> Standing:
        from envspec.engines.local.removal import standing

        return standing(location)

    def remove(self, location: str, hash: str, state: Path) -> str:
        from envspec.engines.local.removal import remove

        return remove(location, hash, state)

    def prepare(self, request: DeployRequest) -> Built:
        return request.built

    def verify(self, request: BuildRequest, built: Built) -> Verified:
        from envspec.engines.local.verify import verify

        return verify(request, built)

    def run(self, request: RunRequest) -> RunResult:
        from envspec.engines.local.run import run

        return run(request)

    def cancel(self, folder: Path) -> bool:
        from envspec.engines.local.run import cancel

        return cancel(folder)

    def deploy(self, request: DeployRequest) -> Deployed:
        from envspec.engines.local import deployment

        return deployment.deploy(request)

    def alive(self, handle: str) -> bool:
        from envspec.engines.local import deployment

        return deployment.alive(handle)

    def same_secrets(self, handle: str, request: DeployRequest) -> bool:
        from envspec.engines.local import deployment

        return deployment.same_secrets(handle, request)

    def logs(self, handle: str, log: Path) -> str:
        from envspec.engines.local import deployment

        return deployment.logs(handle, log)

    def stop(self, handle: str) -> None:
        from envspec.engines.local import deployment

        deployment.stop(handle)
