"""The lock of a project's environments, made when it is missing or stale.

One `envspec.lock` serves all files of a root, so an entry is kept there as `FILE#ID`; what the phases see is
the part of one file, by id.
"""

from __future__ import annotations

import platform as host
import sys
from collections.abc import Collection

from envspec.actions.loading import Loaded
from envspec.actions.registered import from_workspace, with_registered
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.file_lock import exclusive
from envspec.engines.secrets import secret_reader
from envspec.frozen import replace
from envspec.ir.identity import definition_hash
from envspec.ir.types import Project, RegisteredEnvironment
from envspec.lock.file import read_lock, write_lock
from envspec.lock.model import Lock
from envspec.lock.stale import registered_references, stale_entries

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
    registered = {
        key.removeprefix(prefix): replace(entry, reference=key.removeprefix(prefix))
        for key, entry in lock.registered.items()
        if key.startswith(prefix)
    }
    return Lock(entries, registered, lock.version)


def _joined(whole: Lock | None, part: Lock, file: str) -> Lock:
    prefix = f"{file}#"
    environments = {
        **{k: v for k, v in (whole.environments if whole else {}).items() if not k.startswith(prefix)},
        **{f"{prefix}{key}": replace(entry, id=f"{prefix}{key}") for key, entry in part.environments.items()},
    }
    registered = {
        **{k: v for k, v in (whole.registered if whole else {}).items() if not k.startswith(prefix)},
        **{f"{prefix}{key}": replace(r, reference=f"{prefix}{key}") for key, r in part.registered.items()},
    }
    return Lock(dict(sorted(environments.items())), dict(sorted(registered.items())))


def ensure_lock(
    loaded: Loaded,
    wanted: Collection[str] | None = None,
    *,
    references: bool = False,
    upgrade: tuple[str, ...] = (),
    check: bool = False,
) -> Lock:
    """The lock of this file's environments (or the `wanted` ones), locking what is missing or stale.

    Registered environments are locked together with the others when nothing is named, or with
    `references`; they are never solved again. With `check` or `--frozen` nothing is written: what is stale
    is a `Failure` instead.
    """
    options = loaded.options
    project = _only(loaded.written, wanted, references)
    part = _part(read_lock(loaded.root), loaded.file)
    stale = _stale(loaded, project, part)
    if part is not None and not upgrade and not stale:
        return part
    if check or options.frozen:
        raise Failure(
            Diagnostic(
                "E0623",
                f"the lock of `{key}` is stale: {reason}",
                pointer=registered_references(project).get(key, f"/environments/{key}"),
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
            secrets=secret_reader(loaded.written.secrets, loaded.root),
            locate=loaded.locate,
            say=options.say,
            resolve_registered=lambda reference: from_workspace(loaded, reference),
        )
        earlier = before.environments if before is not None else {}
        wanted_still = registered_references(loaded.written)
        registered = {
            **{r: known for r, known in (before.registered if before else {}).items() if r in wanted_still},
            **made.registered,
        }
        used = {*loaded.written.environments, *(RegisteredEnvironment(r).id for r in registered)}
        kept = {key: entry for key, entry in earlier.items() if key in used}
        part = Lock({**kept, **made.environments}, registered)
        write_lock(loaded.root, _joined(whole, part, loaded.file))
    return part


def _only(project: Project, wanted: Collection[str] | None, references: bool) -> Project:
    """The part of a project that is to be locked: registered environments are not among those it defines."""
    if wanted is None:
        return project
    named = {key: project.environments[key] for key in wanted if key in project.environments}
    if references:
        return replace(project, environments=named)
    return replace(project, environments=named, runs={}, deployments={})


def _stale(loaded: Loaded, project: Project, part: Lock | None) -> list[tuple[str, str]]:
    """(id or reference, reason) of what must be locked; what is locked and not asked for now does not count."""
    found = stale_entries(
        project, part, definition_hash, root=loaded.root, platforms_extra=(host_platform(),)
    )
    references = registered_references(project)
    return [(key, reason) for key, reason in found if key in project.environments or key in references]


def lock_state(loaded: Loaded) -> tuple[Lock, list[tuple[str, str]]]:
    """The lock of this file as it is, and (id or reference, reason) of what `ensure_lock` would lock first."""
    part = _part(read_lock(loaded.root), loaded.file)
    return part or Lock(), _stale(loaded, loaded.written, part)


def with_locked_references(loaded: Loaded) -> Loaded:
    """The project with the registered environments that it uses, locked now when they are not yet."""
    if not registered_references(loaded.written):
        return loaded
    return with_registered(loaded, ensure_lock(loaded, (), references=True))


def usable_lock(loaded: Loaded) -> Lock:
    """The entries of the lock that fit the spec as it is; nothing is locked."""
    part = _part(read_lock(loaded.root), loaded.file)
    if part is None:
        return Lock()
    stale = {key for key, _ in stale_entries(loaded.written, part, definition_hash, root=loaded.root)}
    return replace(part, environments={k: e for k, e in part.environments.items() if k not in stale})
