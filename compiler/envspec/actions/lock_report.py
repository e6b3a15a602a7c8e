"""What locking changed, as JSON for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from envspec.ir.types import RegisteredEnvironment
from envspec.lock.changes import EnvironmentChange, PackageChange
from envspec.lock.model import Lock, LockedPlatform

SCHEMA = 1


def lock_report(file: str, lock: Lock, changes: Sequence[EnvironmentChange]) -> dict[str, Any]:
    """`schema` changes when a reader of an older one could be misled. `file` is the root-relative spec."""
    return {
        "schema": SCHEMA,
        "file": file,
        "changed": any(change.status != "unchanged" for change in changes),
        "environments": [_environment(change, lock) for change in changes],
    }


def _environment(change: EnvironmentChange, lock: Lock) -> dict[str, Any]:
    entry = lock.environments.get(change.id)
    before, after = change.digest
    return {
        "id": change.id,
        "status": change.status,
        "image": None
        if entry is None or not entry.image
        else {"name": entry.image, "digest": after, "before": before},
        "platforms": [
            _platform(platform, change.platforms[platform.platform])
            for platform in (entry.platforms if entry is not None else ())
        ],
    }


def _platform(platform: LockedPlatform, changes: Sequence[PackageChange]) -> dict[str, Any]:
    return {
        "platform": platform.platform,
        "python": platform.python,
        "packages": _count(platform),
        "added": [_package(one, version=one.after) for one in changes if not one.before],
        "removed": [_package(one, version=one.before) for one in changes if not one.after],
        "changed": [
            _package(one, before=one.before, after=one.after) for one in changes if one.before and one.after
        ],
    }


def _package(change: PackageChange, **versions: str) -> dict[str, str]:
    return {"kind": change.kind, "name": change.name, **versions}


def _count(platform: LockedPlatform) -> int:
    return len(platform.conda) + len(platform.pip) + len(platform.paths)


def summary(lock: Lock, changes: Sequence[EnvironmentChange]) -> Iterator[str]:
    """A line for each environment and platform; under those of an entry that was there before, what moved."""
    references = {RegisteredEnvironment(reference).id: reference for reference in lock.registered}
    for change in changes:
        entry = lock.environments.get(change.id)
        name = references.get(change.id, change.id)
        if entry is None:
            yield f"{name}: no longer locked"
            continue
        before, after = change.digest
        if before and after != before:
            yield f"{name}: {entry.image} {before[:19]} -> {after[:19]}"
        for platform in entry.platforms:
            count = _count(platform)
            yield (
                f"{name}: Python {platform.python}, {count} package{'s' * (count != 1)} "
                f"for {platform.platform}"
            )
            if change.status == "changed":
                yield from (f"    {one.words}" for one in change.platforms[platform.platform])
