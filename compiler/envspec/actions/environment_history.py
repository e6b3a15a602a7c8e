"""The history of an environment: its versions, what each changed to the one before, and what used it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from envspec.frozen import Frozen, frozen
from envspec.workspace.environment_uses import Uses
from envspec.workspace.environments import EnvironmentVersion

if TYPE_CHECKING:
    from envspec.lower.difference import Change
    from envspec.workspace.database import Workspace


@frozen
class Entry(Frozen):
    """`changes` are those to `before`, the reference of the version before it; empty for the first one. None of
    `changes` means that one of the two cannot be read."""

    version: EnvironmentVersion
    before: str
    changes: tuple[Change, ...] | None
    uses: Uses


def history(workspace: Workspace, name: str, most: int | None) -> tuple[list[Entry], int]:
    """The newest `most` versions (None: all), the newest first, archived ones too; and how many are older."""
    numbers = [version.number for version in workspace.list_environments(name, archived=True)]
    shown = numbers if most is None else numbers[:most]
    # One more, for what the oldest of them changed.
    wanted = numbers[: len(shown) + 1]
    versions = [version for number in wanted if (version := workspace.environment(name, number)) is not None]
    uses = workspace.environment_uses(name)
    entries = []
    for at, version in enumerate(versions[: len(shown)]):
        older = versions[at + 1] if at + 1 < len(versions) else None
        changes = () if older is None else changes_of(older, version)
        before = older.reference if older is not None else ""
        entries.append(Entry(version, before, changes, uses.get(version.number, Uses())))
    return entries, len(numbers) - len(shown)


def changes_of(before: EnvironmentVersion, after: EnvironmentVersion) -> tuple[Change, ...] | None:
    """None where one of them was registered by an envspec whose definitions cannot be read any more."""
    from envspec.actions.registered import differences_of
    from envspec.diagnostics import Failure

    try:
        return differences_of(before, after)
    except (Failure, ValueError, KeyError, TypeError, AttributeError):
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
