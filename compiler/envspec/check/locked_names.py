"""The names of packages that `envspec.lock` has: what is known of the world without a network.

A lock is text with a package on a line (`lock.text`), which is looked through rather than parsed: a check is asked for
at every keystroke. A damaged lock has what can be read of it; the command that needs it says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from envspec.frozen import Frozen, field, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.resolve.files import ProjectFiles

LOCK = "envspec.lock"
_LINE = lazy_pattern(
    r'^(?P<list>\w+) = \[\r?$|^ +\{ name = "(?P<name>[^"]+)", version = "(?P<version>[^"]*)"', re.MULTILINE
)


@frozen
class LockedNames(Frozen):
    """Packages from channels and from indexes, by name, each with a version."""

    conda: Mapping[str, str] = field(default_factory=dict)
    pip: Mapping[str, str] = field(default_factory=dict)


def locked_names(files: ProjectFiles) -> LockedNames:
    """Those of the lock at the project's root."""
    if not files.is_file(LOCK):
        return LockedNames()
    try:
        return _names(files.read_bytes(LOCK))
    except OSError:
        return LockedNames()


@lru_cache(maxsize=4)
def _names(lock: bytes) -> LockedNames:
    found: dict[str, dict[str, str]] = {"conda": {}, "pip": {}}
    names: dict[str, str] | None = None
    for match in _LINE.finditer(lock.decode("utf-8", "replace")):
        if match["list"]:
            names = found.get(match["list"])
        elif names is not None:
            names.setdefault(match["name"], match["version"])
    return LockedNames(found["conda"], found["pip"])
