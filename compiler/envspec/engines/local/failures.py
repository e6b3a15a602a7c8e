"""Says in one sentence why an installation on this machine failed, from what the installer printed.

What comes in is the output of uv or rattler; what goes out are findings with a pointer to the package entry of the
spec where one can be blamed, and the end of the output. The causes are those of `engines.causes`; an unknown one
stays E0801.
"""

from __future__ import annotations

import errno
from pathlib import Path

from envspec.diagnostics import Diagnostic
from envspec.engines.causes.explain import Scene, explain, tail
from envspec.engines.causes.nearest import Nearest
from envspec.engines.interface import SecretReader
from envspec.ir.types import Environment
from envspec.lock.model import LockedPlatform


def diagnose(
    environment: Environment,
    output: str,
    log: Path,
    *,
    installer: str = "uv",
    locked: LockedPlatform | None = None,
    root: Path | None = None,
    secrets: SecretReader | None = None,
) -> list[Diagnostic]:
    """The findings for a failed step of `installer`."""
    note = f"the whole output is in {log}"
    exists = Nearest(environment, locked, secrets)
    found = explain(Scene("local", environment, locked, root, (note,), exists, secrets), installer, output)
    return found or [
        Diagnostic(
            "E0801",
            f"environment `{environment.title}` could not be built",
            pointer=f"/environments/{environment.id}",
            notes=(note,),
            log=tail(output),
        )
    ]


def cannot_write(environment: Environment, error: OSError, place: Path, log: Path) -> list[Diagnostic]:
    """The findings for a folder of ours that the system lets nobody write to."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return diagnose(environment, f"no space left on device: {error.filename or place}", log)
    reason = (error.strerror or str(error)).lower()
    return [
        Diagnostic(
            "E0817",
            f"`{error.filename or place}` cannot be written: {reason}",
            pointer=f"/environments/{environment.id}",
            help="environments live in `.envspec/`, beside the spec: make it a folder that you may write to",
        )
    ]
