"""The history of an environment: its versions, what each changed to the one before, and what used it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from envspec.diagnostics import Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.environment_uses import Uses
from envspec.workspace.environments import EnvironmentVersion

if TYPE_CHECKING:
    from envspec.lower.difference import Change
    from envspec.lower.version_difference import Version
    from envspec.workspace.database import Workspace


@frozen
class Entry(Frozen):
    """`changes` are those to `before`, the reference of the version before it; empty for the first one. None of
    `changes` means that one of the two cannot be read."""

    version: EnvironmentVersion
    before: str
    changes: tuple[Change, ...] | None
    uses: Uses


_ASKED_BY_NUMBER = 500


def history(
    workspace: Workspace, listed: Sequence[EnvironmentVersion], most: int | None
) -> tuple[list[Entry], int]:
    """The newest `most` (None: all) of the versions of a name, which are `listed`, the newest first; and how many are
    older."""
    name = listed[0].name
    numbers = [version.number for version in listed]
    shown = numbers if most is None else numbers[:most]
    # One more, for what the oldest of them changed.
    wanted = numbers[: len(shown) + 1]
    versions = [version for number in wanted if (version := workspace.environment(name, number)) is not None]
    uses = workspace.environment_uses(name, shown if len(shown) <= _ASKED_BY_NUMBER else None)
    values = [_value(version) for version in versions]
    entries = []
    for at, version in enumerate(versions[: len(shown)]):
        older = versions[at + 1] if at + 1 < len(versions) else None
        changes = () if older is None else _changes(values[at + 1], values[at])
        before = older.reference if older is not None else ""
        entries.append(Entry(version, before, changes, uses.get(version.number, Uses())))
    return entries, len(numbers) - len(shown)


_UNREADABLE = (Failure, ValueError, KeyError, TypeError, AttributeError)


def _value(version: EnvironmentVersion) -> Version | None:
    """None where it was registered by an envspec whose definitions cannot be read any more."""
    from envspec.actions.registered import as_value

    try:
        return as_value(version)
    except _UNREADABLE:
        return None


def _changes(before: Version | None, after: Version | None) -> tuple[Change, ...] | None:
    """None where one of the two cannot be read."""
    from envspec.lower.version_difference import version_differences

    if before is None or after is None:
        return None
    try:
        return version_differences(before, after)
    except _UNREADABLE:
        return None


def is_locked(change: Change) -> bool:
    """Whether it is about what a lock came to, and not about what the spec asks for."""
    return change.kind in _LOCKED or (change.kind == "docker.platforms" and not change.before + change.after)


_LOCKED = frozenset({"platform", "python", "package", "path", "base", "python recipe", "other of python"})
"""`docker.platforms` is both: a change without values tells of a platform of the lock."""


def asked_and_locked(changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    return (
        tuple(change for change in changes if not is_locked(change)),
        tuple(change for change in changes if is_locked(change)),
    )


def names_of_packages(lock: str) -> dict[str, list[str]]:
    """`NAME VERSION` of what each platform of a lock (JSON, as the workspace keeps it) has."""
    found: dict[str, list[str]] = {}
    for platform in json.loads(lock)["platforms"] if lock else ():
        packages = [f"{p['name']} {p['version']}" for kind in ("conda", "pip") for p in platform[kind]]
        packages += [package["path"] for package in platform["paths"]]
        found[f"{platform['platform']}, Python {platform['python']}"] = packages
    return found
