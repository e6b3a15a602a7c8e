"""A lock file that holds the marks of a merge, as one lock: what both sides pinned, to be solved again.

Version control merges the lines of packages by itself. Where two branches changed one environment, the line of its
definition is in conflict, on purpose: packages that were solved apart may not go together. In comes the text with its
marks, out goes a lock in which an entry that differs between the sides has no definition, so it is stale, and has the
packages of both: pins that the next solution prefers. Of a package that both moved, ours is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from envspec.frozen import replace
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.model import Lock, LockedEnvironment, LockedPlatform
from envspec.lock.text import read

Row = TypeVar("Row")

_HUNK = lazy_pattern(
    r"^<{7}(?: [^\n]*)?\n(?P<ours>.*?)(?:^\|{7}(?: [^\n]*)?\n.*?)?^={7}\n(?P<theirs>.*?)^>{7}(?: [^\n]*)?(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)


def has_marks(text: str) -> bool:
    """Whether a merge of version control is not finished in this text."""
    return _HUNK.search(text) is not None


def read_both(text: str) -> Lock:
    """The lock of both sides; raises `Failure` as `read` does when a side is no lock. `diff3` marks are understood."""
    ours = read(_HUNK.sub(lambda match: match["ours"], text))
    theirs = read(_HUNK.sub(lambda match: match["theirs"], text))
    environments = {
        name: _both(ours.environments.get(name), theirs.environments.get(name))
        for name in sorted({*ours.environments, *theirs.environments})
    }
    return Lock(environments, {**theirs.registered, **ours.registered})


def _both(ours: LockedEnvironment | None, theirs: LockedEnvironment | None) -> LockedEnvironment:
    if ours is None or theirs is None or ours == theirs:
        found = ours or theirs
        assert found is not None
        return found
    others = {platform.platform: platform for platform in theirs.platforms}
    platforms = [_pins(platform, others.pop(platform.platform, None)) for platform in ours.platforms]
    return replace(ours, definition="", platforms=(*platforms, *others.values()))


def _pins(ours: LockedPlatform, theirs: LockedPlatform | None) -> LockedPlatform:
    if theirs is None:
        return ours
    return replace(
        ours,
        conda=_union(ours.conda, theirs.conda, lambda row: row.name),
        pip=_union(ours.pip, theirs.pip, lambda row: row.name),
        paths=_union(ours.paths, theirs.paths, lambda row: row.path),
    )


def _union(ours: Iterable[Row], theirs: Iterable[Row], name: Callable[[Row], str]) -> tuple[Row, ...]:
    rows = {name(row): row for row in (*theirs, *ours)}
    return tuple(rows[key] for key in sorted(rows))
