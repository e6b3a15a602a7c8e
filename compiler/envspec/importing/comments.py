"""Comments of a file that is imported, and the entries that they belong to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

_BEHIND = lazy_pattern(r"[ \t'\",]*[ \t]#+[ \t]?(.*)")
_ALONE = lazy_pattern(r"[ \t]*#+[ \t]?(.*)")


@frozen
class Remarks(Frozen):
    """Comment lines before an entry, and the comment at its end; without `#`."""

    above: tuple[str, ...] = ()
    behind: str = ""


def comments_of(
    text: str, places: Iterable[tuple[int, int]]
) -> tuple[Mapping[int, Remarks], tuple[str, ...]]:
    """By the start of each place (start and end in `text`), its remarks; and the comments after the last place.

    Comments above what is no entry belong to the entry after it.
    """
    found: dict[int, Remarks] = {}
    waiting: list[str] = []
    at = 0
    newlines = [match.start() for match in re.finditer("\n", text)]
    for start, end in sorted(set(places)):
        before, after = bisect_left(newlines, start), bisect_left(newlines, end)
        line_start = newlines[before - 1] + 1 if before else 0
        waiting += _alone(text[at:line_start])
        line_end = newlines[after] if after < len(newlines) else len(text)
        behind = _BEHIND.match(text, end, line_end)
        found[start] = Remarks(tuple(waiting), behind[1].strip() if behind else "")
        waiting = []
        at = max(at, line_end)
    return found, (*waiting, *_alone(text[at:]))


def _alone(text: str) -> list[str]:
    return [match[1].rstrip() for line in re.split(r"\r\n|\r|\n", text) if (match := _ALONE.fullmatch(line))]
