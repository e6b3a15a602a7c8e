"""One environment of a project in the form of another tool, from its lock.

The kind and the environment come in, text goes out. The environment is locked first when it has to be, as for a
build; what the kind needs besides the lock is asked of indexes and channels (`lock.addresses`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock, host_platform
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.secrets import secret_reader
from envspec.exporting.interface import Export, ExportRequest
from envspec.exporting.table import KINDS, exporter
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment, LockedPlatform


def export(loaded: Loaded, kind: str, name: str, *, platform: str = "", output: Path | None = None) -> Export:
    """`kind` is one of `KINDS`; `name` may be empty where the file has one environment only. `output` is where the
    text will be, for paths in it. Raises `Failure` E1204, E1205, E0631 to E0634, and those of locking."""
    environment = _environment(loaded, name)
    locked = ensure_lock(loaded, (environment.id,)).environments[environment.id]
    platforms = _platforms(locked, environment, platform, several=KINDS[kind].several)
    secrets = secret_reader(loaded.written.secrets, loaded.root)
    offline = loaded.options.offline
    addresses: dict[str, str] = {}
    md5: dict[str, str] = {}
    if KINDS[kind].addresses:
        from envspec.lock.addresses import pypi_addresses

        addresses = pypi_addresses(environment, platforms, loaded.root, secrets, offline=offline)
    if KINDS[kind].md5:
        from envspec.lock.addresses import conda_md5

        md5 = conda_md5(environment, platforms, secrets, offline=offline)
    folder = Path.cwd() if output is None else output.absolute().parent
    root = Path(os.path.relpath(loaded.root, folder)).as_posix()
    request = ExportRequest(environment, locked, tuple(platforms), loaded.file, root, addresses, md5)
    return exporter(kind)(request)


def _environment(loaded: Loaded, name: str) -> Environment:
    from envspec.actions.building import chosen

    found = chosen(loaded, [name] if name else [])
    if len(found) != 1:
        names = ", ".join(f"`{environment.id}`" for environment in found)
        raise Failure(
            Diagnostic(
                "E0635",
                f"`{name or loaded.file}` means {len(found)} environments, and one is exported at a time",
                help=f"name one of them: {names}" if found else "write an environment",
            )
        )
    (environment,) = found
    if not environment.managed:
        raise Failure(
            Diagnostic(
                "E0631",
                f"`{environment.id}` is not managed, so there is nothing locked to export",
                pointer=f"/environments/{environment.id}",
                help="take `managed = false` away, and say what it is made of",
            )
        )
    return environment


def _platforms(
    locked: LockedEnvironment, environment: Environment, wanted: str, *, several: bool
) -> Sequence[LockedPlatform]:
    """All that are locked, or the one that is wanted; without a wish the spec's first, if it can be one only."""
    if several and not wanted:
        return locked.platforms
    names = [wanted] if wanted else [*environment.platforms, host_platform()]
    for name in names:
        found = locked.platform(name)
        if found is not None:
            return [found]
    raise Failure(
        Diagnostic(
            "E0631",
            f"`{environment.id}` is not locked for `{names[0]}`",
            pointer=f"/environments/{environment.id}",
            help=f"it is for {', '.join(f'`{p.platform}`' for p in locked.platforms)}; "
            "`docker.platforms` says which there are",
        )
    )
