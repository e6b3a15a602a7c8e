"""Comments of a file that is imported, and the entries that they belong to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

_BEHIND = lazy_pattern(r"[ \t'\",]*[ \t]#+[ \t]?(.*)")
_VIA = lazy_pattern(r"\r?\n[ \t]+#[ \t]*via\b[^\r\n]*(?:\r?\n[ \t]+#[ \t][^\r\n]*)*")
_ALONE = lazy_pattern(r"[ \t]*#+[ \t]?(.*)")


@frozen
class Remarks(Frozen):
    """Comment lines before an entry, and the comment at its end; without `#`."""

    above: tuple[str, ...] = ()
    behind: str = ""


def comments_of(
    text: str, places: Iterable[tuple[int, int]], *, below: bool = False
) -> tuple[Mapping[int, Remarks], tuple[str, ...]]:
    """By the start of each place (start and end in `text`), its remarks; and the comments after the last place.

    Comments above what is no entry belong to the entry after it. With `below`, what pip-compile and uv write below an
    entry (`# via`, and the names that follow) is the comment at its end.
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
        ends = [behind[1].strip()] if behind else []
        via = _VIA.match(text, line_end - (text[line_end - 1 : line_end] == "\r")) if below else None
        if via is not None:
            first, *names = [line.strip() for line in _alone(via[0])]
            ends.append(" ".join(filter(None, (first, ", ".join(names)))))
            line_end = via.end()
        found[start] = Remarks(tuple(waiting), "; ".join(ends))
        waiting = []
        at = max(at, line_end)
    return found, (*waiting, *_alone(text[at:]))


def _alone(text: str) -> list[str]:
    return [match[1].rstrip() for line in re.split(r"\r\n|\r|\n", text) if (match := _ALONE.fullmatch(line))]
