"""The lock of a project's environments, made when it is missing or stale.

One `envspec.lock` serves all files of a root, so an entry is kept there as `FILE#ID`; what the phases see is
the part of one file, by id.
"""

from __future__ import annotations

import platform as host
import sys
from dataclasses import replace

from envspec.actions.loading import Loaded
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.file_lock import exclusive
from envspec.engines.secrets import secret_reader
from envspec.ir.identity import definition_hash
from envspec.ir.types import Project
from envspec.lock.file import read_lock, write_lock
from envspec.lock.model import Lock, LockedEnvironment
from envspec.lock.stale import stale_entries

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def host_platform() -> str:
    """This machine, as `platforms` names it: `linux/amd64`."""
    system = "darwin" if sys.platform == "darwin" else "linux"
    return f"{system}/{_MACHINES.get(host.machine().lower(), host.machine().lower())}"


def _part(lock: Lock | None, file: str) -> Lock | None:
    if lock is None:
        return None
    prefix = f"{file}#"
    entries = {
        key.removeprefix(prefix): replace(entry, id=key.removeprefix(prefix))
        for key, entry in lock.environments.items()
        if key.startswith(prefix)
    }
    return Lock(entries, lock.registered, lock.version)


def _joined(whole: Lock | None, part: Lock, file: str) -> Lock:
    prefix = f"{file}#"
    others = (
        {} if whole is None else {k: v for k, v in whole.environments.items() if not k.startswith(prefix)}
    )
    own = {f"{prefix}{key}": replace(entry, id=f"{prefix}{key}") for key, entry in part.environments.items()}
    registered = {**(whole.registered if whole is not None else {}), **part.registered}
    return Lock(dict(sorted({**others, **own}.items())), registered)


def ensure_lock(
    loaded: Loaded,
    wanted: tuple[str, ...] | None = None,
    *,
    upgrade: tuple[str, ...] = (),
    check: bool = False,
) -> Lock:
    """The lock of this file's environments (or the `wanted` ones), locking what is missing or stale.

    With `check` or `--frozen` nothing is written: what is stale is a `Failure` instead.
    """
    options = loaded.options
    project = _only(loaded.project, wanted)
    part = _part(read_lock(loaded.root), loaded.file)
    stale = _stale(loaded, project, part)
    if part is not None and not upgrade and not stale:
        return part
    if check or options.frozen:
        raise Failure(
            Diagnostic(
                "E0623",
                f"the lock of `{key}` is stale: {reason}",
                pointer=f"/environments/{key}",
                help="run `envspec lock` and commit `envspec.lock`",
            )
            for key, reason in stale
        )
    from envspec.lock.solve import LockOptions, lock_project

    for key, reason in stale:
        options.say(f"locking {key}: {reason}")
    with exclusive(loaded.state / "locks" / "lock"):
        whole = read_lock(loaded.root)  # somebody may have locked while we waited
        before = _part(whole, loaded.file)
        made = lock_project(
            project,
            before,
            LockOptions(
                loaded.root, (host_platform(),), frozenset(upgrade), options.allow_builds, options.offline
            ),
            definition_hash=definition_hash,
            secrets=secret_reader(loaded.project.secrets, loaded.root),
            locate=loaded.locate,
            say=options.say,
        )
        earlier = before.environments if before is not None else {}
        kept = {key: entry for key, entry in earlier.items() if key in loaded.project.environments}
        part = Lock({**kept, **made.environments}, made.registered)
        write_lock(loaded.root, _joined(whole, part, loaded.file))
    return part


def _only(project: Project, wanted: tuple[str, ...] | None) -> Project:
    if wanted is None:
        return project
    return replace(project, environments={key: project.environments[key] for key in wanted})


def _stale(loaded: Loaded, project: Project, part: Lock | None) -> list[tuple[str, str]]:
    """(id, reason) of what must be locked; what is locked and not asked for now does not count."""
    found = stale_entries(
        project, part, definition_hash, root=loaded.root, platforms_extra=(host_platform(),)
    )
    return [(key, reason) for key, reason in found if key in project.environments or ":" in key]


def usable_entries(loaded: Loaded) -> dict[str, LockedEnvironment]:
    """The entries of the lock that fit the spec as it is; nothing is locked."""
    part = _part(read_lock(loaded.root), loaded.file)
    if part is None:
        return {}
    stale = {key for key, _ in stale_entries(loaded.project, part, definition_hash, root=loaded.root)}
    return {key: entry for key, entry in part.environments.items() if key not in stale}
