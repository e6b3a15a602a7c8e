"""What the lock will be: as it is where it fits, and as far as it can be told where something is locked first.

A plan solves nothing, so of an entry that is solved again only this can be said: when what it has does for all that
moved, it is expected to keep it; when the workspace has a version of just this definition, that is what it was
solved to. Anything else is known when it is locked, and `Outlook.entries` has none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from envspec.actions.building import registered_name
from envspec.actions.loading import Loaded
from envspec.actions.locking import lock_state
from envspec.actions.planning.made import told
from envspec.actions.planning.step import LOCK, NOTHING, Step
from envspec.actions.planning.still_met import still_met
from envspec.actions.registered import from_version, locked_of, registered_version, with_registered
from envspec.diagnostics import Failure
from envspec.frozen import Frozen, frozen, replace
from envspec.ir.canonical import digest
from envspec.ir.identity import DEFINITION_SCHEMA, definition, definition_hash
from envspec.ir.types import Environment
from envspec.lock.local_paths import path_digest
from envspec.lock.model import Lock, LockedEnvironment, LockedPlatform
from envspec.lock.stale import registered_references
from envspec.lower.difference import Change, Made, differences
from envspec.workspace.database import Workspace
from envspec.workspace.environments import EnvironmentVersion


@frozen
class Outlook(Frozen):
    """`loaded` has the registered environments too. `entries` are the locked environments as they are or are to be
    expected, by id; `steps` what is locked first, by id. `moved` are the changes of a definition since it was locked,
    where the workspace knows the older one."""

    loaded: Loaded
    entries: Mapping[str, LockedEnvironment]
    steps: Mapping[str, Step]
    moved: Mapping[str, tuple[Change, ...]]


def outlook(loaded: Loaded, workspace: Workspace) -> Outlook:
    """Raises `Failure` E0601 to E0603 for a broken lock, E0621 for a registered environment that is nowhere."""
    lock, stale = lock_state(loaded)
    entries = dict(lock.environments)
    registered = dict(lock.registered)
    steps: dict[str, Step] = {}
    moved: dict[str, tuple[Change, ...]] = {}
    references = registered_references(loaded.written)
    for key, reason in stale:
        if key in references:
            known, entry = from_version(key, registered_version(loaded, workspace, key))
            registered[key], entries[entry.id] = known, entry
            steps[key] = Step(LOCK, key, "lock", reasons=(reason,))
            continue
        environment = loaded.written.environments[key]
        versions = workspace.environments(registered_name(loaded, environment))
        previous = lock.environments.get(key)
        moved[key] = _moved(environment, previous, versions)
        expected = _expected(loaded, environment, previous, versions, moved[key])
        entries.pop(key, None)
        if expected is not None:
            entries[key] = expected
        reasons = tuple(change.words for change in moved[key]) or (reason,)
        steps[key] = Step(LOCK, key, "lock", again=previous is not None, reasons=reasons, changes=moved[key])
    for key in lock.environments.keys() & loaded.written.environments.keys() - steps.keys():
        steps[key] = Step(LOCK, key, NOTHING)
    loaded = with_registered(loaded, Lock(entries, registered))
    return Outlook(loaded, entries, steps, moved)


def locking_words(loaded: Loaded, lock: Lock, stale: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(id or reference, why) of what is about to be locked, in the words of a plan where the workspace knows them."""
    try:
        with Workspace.look(loaded.root) as workspace:
            return [(key, _why_locked(loaded, workspace, lock, key) or reason) for key, reason in stale]
    except Failure:  # what is wrong with a workspace is said when it is written
        return stale


def _why_locked(loaded: Loaded, workspace: Workspace, lock: Lock, key: str) -> str:
    environment = loaded.written.environments.get(key)
    if environment is None:
        return ""
    versions = workspace.environments(registered_name(loaded, environment))
    return told(_moved(environment, lock.environments.get(key), versions))


def _hash_of(value: Any) -> str:
    return digest(DEFINITION_SCHEMA, value)


def _of_definition(versions: list[EnvironmentVersion], wanted: str) -> EnvironmentVersion | None:
    """The newest version whose definition has this hash."""
    for version in versions:
        try:
            if _hash_of(json.loads(version.definition)) == wanted:
                return version
        except ValueError:
            continue
    return None


def _moved(
    environment: Environment, previous: LockedEnvironment | None, versions: list[EnvironmentVersion]
) -> tuple[Change, ...]:
    if previous is None:
        return ()
    before = _of_definition(versions, previous.definition)
    if before is None:
        return ()
    return differences(Made(json.loads(before.definition)), Made(definition(environment)))


def _expected(
    loaded: Loaded,
    environment: Environment,
    previous: LockedEnvironment | None,
    versions: list[EnvironmentVersion],
    moved: tuple[Change, ...],
) -> LockedEnvironment | None:
    """The entry as it will be, as far as nothing has to be solved for it."""
    wanted = definition_hash(environment)
    if not environment.managed and (previous is None or previous.platforms):
        return LockedEnvironment(environment.id, wanted, ())
    if previous is not None and (
        previous.definition == wanted or _keeps_packages(environment, previous, moved)
    ):
        base_moved = any(change.kind == "docker.image" for change in moved)
        return replace(
            previous,
            definition=wanted,
            digest="" if base_moved else previous.digest,
            platforms=tuple(_with_paths(loaded, platform) for platform in previous.platforms),
        )
    same = _of_definition(versions, wanted)
    return None if same is None else locked_of(same)


def _keeps_packages(environment: Environment, previous: LockedEnvironment, moved: tuple[Change, ...]) -> bool:
    """Whether the solver is expected to answer as it did."""
    if not environment.managed:
        return True
    return bool(moved) and all(still_met(moved, platform) for platform in previous.platforms)


def _with_paths(loaded: Loaded, platform: LockedPlatform) -> LockedPlatform:
    """With the local packages as they are now."""
    paths = tuple(
        replace(path, sha256=path_digest(loaded.root, path.path, path.kind)) for path in platform.paths
    )
    return replace(platform, paths=paths)
