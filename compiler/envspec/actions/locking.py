"""The lock of a project's environments, made when it is missing or stale.

One `envspec.lock` serves all files of a root, so an entry is kept there as `FILE#ID`; what the phases see is
the part of one file, by id.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from envspec.actions.loading import Loaded
from envspec.actions.registered import from_workspace, with_registered
from envspec.actions.settings import ca_bundle, docker_host
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.file_lock import exclusive
from envspec.engines.secrets import secret_reader
from envspec.frozen import replace
from envspec.ir.identity import definition_hash
from envspec.ir.types import Project, RegisteredEnvironment
from envspec.lock.file import read_lock, write_lock
from envspec.lock.images import DigestOf
from envspec.lock.model import Lock
from envspec.lock.places import Progress, no_progress
from envspec.lock.stale import registered_references, stale_entries
from envspec.registry.digest import ImageDigest
from envspec.state_folder import STATE_FOLDER

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def host_platform() -> str:
    """This machine, as `platforms` names it: `linux/amd64`."""
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = _machine().lower()
    return f"{system}/{_MACHINES.get(machine, machine)}"


def _machine() -> str:
    """As `platform.machine()`, whose module takes a while to load."""
    if hasattr(os, "uname"):
        return os.uname().machine
    import platform

    return platform.machine()


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


def carry_lock(root: Path, old: str, new: str) -> None:
    """What the file `old` is locked to is what `new`, which has its text now, is locked to. Raises `Failure` for a lock
    that cannot be read or written."""
    part = _part(read_lock(root), old)
    if part is None or not (part.environments or part.registered):
        return
    with _alone(root / STATE_FOLDER):
        whole = read_lock(root)
        there = _part(whole, new) or Lock({}, {})
        made = Lock({**there.environments, **part.environments}, {**there.registered, **part.registered})
        write_lock(root, _joined(whole, made, new))


class Relocked(NamedTuple):
    """What was locked of this file before, None when there was nothing, and what is now."""

    before: Lock | None
    after: Lock


def ensure_lock(loaded: Loaded, wanted: Collection[str] | None = None, *, references: bool = False) -> Lock:
    """The lock of this file's environments (or the `wanted` ones), locking what is missing or stale."""
    return relock(loaded, wanted, references=references).after


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Nobody else locks meanwhile. Raises `Failure` E1101 where the workspace cannot be written."""
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(state / "locks" / "lock"))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise Failure(
                Diagnostic("E1101", f"the workspace `{state}` cannot be written: {reason}",
                           help="make it a folder that you may write to, on a disk with room")
            ) from error  # fmt: skip
        yield


def relock(
    loaded: Loaded,
    wanted: Collection[str] | None = None,
    *,
    references: bool = False,
    upgrade: Collection[str] = (),
    check: bool = False,
    merging: bool = False,
    progress: Progress = no_progress,
) -> Relocked:
    """Locks what is missing or stale of this file's environments (or the `wanted` ones), and what `upgrade` names.

    Registered environments are locked together with the others when nothing is named, or with
    `references`; they are never solved again. With `check` or `--frozen` nothing is written: what is stale
    is a `Failure` instead. With `merging`, a lock file with the marks of a merge is made whole.
    """
    if loaded.given_lock is not None:
        return Relocked(loaded.given_lock, loaded.given_lock)
    options = loaded.options
    project = _only(loaded.written, wanted, references)
    whole, torn = _read(loaded, merging and not check and not options.frozen)
    part = _part(whole, loaded.file)
    stale = _stale(loaded, project, part)
    upgraded = _upgraded(part, upgrade)
    if part is not None and not upgraded and not stale and not torn:
        return Relocked(part, part)
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

    for key, reason in _in_words(loaded, part, stale):
        options.say(f"locking {key}: {reason}")
    with _alone(loaded.state):
        whole, _ = _read(loaded, torn)  # somebody may have locked while we waited
        before = _part(whole, loaded.file)
        made = lock_project(
            project,
            before,
            LockOptions(loaded.root, (host_platform(),), upgraded, options.allow_builds, options.offline),
            definition_hash=definition_hash,
            secrets=secret_reader(loaded.written.secrets, loaded.root),
            locate=loaded.locate,
            say=options.say,
            resolve_registered=lambda reference: from_workspace(loaded, reference),
            digest_of=_digest_of(loaded),
            progress=progress,
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
    return Relocked(before, part)


def _in_words(loaded: Loaded, part: Lock | None, stale: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Why something is locked. Of what was locked before, the workspace knows what moved."""
    if part is None or not any(key in part.environments for key, _ in stale):
        return stale
    from envspec.actions.planning.outlook import locking_words

    return locking_words(loaded, part, stale)


def _read(loaded: Loaded, merging: bool) -> tuple[Lock | None, bool]:
    """The whole lock, and whether it holds the marks of a merge, which is a `Failure` unless `merging`."""
    try:
        return read_lock(loaded.root), False
    except Failure as failure:
        if not merging or failure.diagnostics[0].code != "E0603":
            raise
    return read_lock(loaded.root, merging=True), True


def _digest_of(loaded: Loaded) -> DigestOf:
    """Asks the engine that builds, and registries with the logins of the docker command."""

    def digest_of(image: str, platform: str) -> ImageDigest:
        from envspec.lock.images import image_digest, written_digest

        if (written := written_digest(image)) is not None:
            return written
        from envspec.engines.docker.images import EngineImages

        options = loaded.options
        return image_digest(
            image,
            platform,
            EngineImages(docker_host(loaded.root)),
            offline=options.offline,
            ca_bundle=ca_bundle(loaded.root, options.ca_bundle),
        )

    return digest_of


def _upgraded(part: Lock | None, names: Collection[str]) -> frozenset[str]:
    """The names as the lock writes them. Raises `Failure` E0630 for one that is not in it."""
    if part is None or not names:
        return frozenset(names)
    from packaging.utils import canonicalize_name

    from envspec.lock.solve import EVERYTHING, locked_names

    known = {name for entry in part.environments.values() for name in locked_names(entry) if name}
    spellings = {canonicalize_name(name) for name in known}
    found: set[str] = set()
    problems: list[Diagnostic] = []
    for name in names:
        if name == EVERYTHING or name in part.registered:
            found.add(name)
        elif canonicalize_name(name) in spellings:
            found |= {one for one in known if canonicalize_name(one) == canonicalize_name(name)}
        else:
            from envspec.resolve.suggest import did_you_mean

            problems.append(
                Diagnostic(
                    "E0630",
                    f"there is no `{name}` in `envspec.lock` to upgrade",
                    help=did_you_mean(name, {*known, *part.registered})
                    or "`--upgrade` without a name upgrades everything",
                )
            )
    if problems:
        raise Failure(problems)
    return frozenset(found)


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
    if loaded.given_lock is not None:
        return loaded.given_lock
    part = _part(read_lock(loaded.root), loaded.file)
    if part is None:
        return Lock()
    stale = {key for key, _ in stale_entries(loaded.written, part, definition_hash, root=loaded.root)}
    return replace(part, environments={k: e for k, e in part.environments.items() if k not in stale})
