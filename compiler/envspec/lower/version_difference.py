"""What is different between two versions of environments: of what was asked for, and of what it was locked to.

Two definitions and two locked environments come in, changes go out, each once however many platforms it is true of;
one that is not true of all of them says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.frozen import replace
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.difference import Change, Made, differences
from envspec.lower.difference_words import KINDS
from envspec.lower.identity import python_value

Version = tuple[Environment, Mapping[str, Any], LockedEnvironment | None]
"""An environment, the JSON of its definition, and what that was locked to."""


def version_differences(before: Version, after: Version) -> tuple[Change, ...]:
    """First what is asked for, then Python and packages, then what an image has besides; as `KINDS` has it."""
    found: dict[Change, list[str]] = {change: [] for change in differences(_asked(before), _asked(after))}
    platforms = sorted(_platforms(before) & _platforms(after))
    for platform in platforms:
        for change in differences(_locked(before, platform), _locked(after, platform)):
            found.setdefault(change, []).append(platform)
    changes = [
        replace(change, words=f"{change.words} on {', '.join(where)}")
        if where and len(where) < len(platforms)
        else change
        for change, where in found.items()
    ]
    changes += _platform_changes(before, after)
    order = {kind: at for at, kind in enumerate(KINDS)}
    return tuple(sorted(changes, key=lambda change: (order[change.kind], change.name, change.words)))


def _asked(version: Version) -> Made:
    return Made(definition=version[1])


def _platforms(version: Version) -> set[str]:
    return set() if version[2] is None else {platform.platform for platform in version[2].platforms}


def _locked(version: Version, platform: str) -> Made:
    """Without the definition, which is compared once; with the base image, which only a lock knows."""
    environment, _, locked = version
    assert locked is not None
    base = f"{locked.image}@{locked.digest}" if locked.digest else locked.image
    python = python_value(environment, locked.platform(platform))
    python.pop("indexes", None)
    return Made(python=python, image={"base": base})


def _platform_changes(before: Version, after: Version) -> list[Change]:
    found = []
    for platform in sorted(_platforms(before) ^ _platforms(after)):
        action, word = ("added", "now") if platform in _platforms(after) else ("removed", "no longer")
        words = f"it is {word} locked for {platform}"
        found.append(Change("request", "docker.platforms", action, platform, "", "", words))
    return found
