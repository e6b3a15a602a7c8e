"""The part of a long file that one change can matter to, as a short file of its own.

Checking a file of thousands of lines takes longer than people type. What changed is nearly always inside one block, and
what it means depends on the few statements whose names stand in it, and on those in which its name stands. An excerpt
is these statements, in their order: it is checked like any file, and its findings in what has changed are those that
the whole file will have there, but for what only the whole can tell (the best of all names for a suggestion, say).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.nodes import Module

_WORD = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_-]*")
_MOST_USERS = 20
"""Of those who name what has changed, so many will do to see that it is used."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A statement with the comments above it and what stands between it and the next one. Lines without their ends."""

    lines: tuple[str, ...]
    words: frozenset[str]
    defines: frozenset[str]
    edition: bool


@frozen
class Excerpt(Frozen):
    """`numbers[i]` is the line, from 0, of the whole file that line `i` of `text` is. What has changed are the lines
    `first` to `last` of the whole file, the latter excluded; before the change they ended at `last - grown`."""

    text: str
    numbers: tuple[int, ...]
    first: int
    last: int
    grown: int


def parts_of(module: Module, text: str, line_starts: Sequence[int]) -> list[Part]:
    """A file cut before its healthy statements; one that is broken belongs to the one above it."""
    from bisect import bisect_right

    lines = text.split("\n")
    heads = {0}
    for statement in module.statements:
        line = bisect_right(line_starts, statement.span.start) - 1
        while line > 0 and lines[line - 1].startswith("#"):
            line -= 1
        heads.add(line)
    cuts = [*sorted(heads), len(lines)]
    return [_part(lines[start:end]) for start, end in pairwise(cuts)]


def _part(lines: Sequence[str]) -> Part:
    words: set[str] = set()
    defines: set[str] = set()
    heads: set[str] = set()
    for line in lines:
        found = _WORD.findall(line)
        words.update(found)
        if found and line.startswith(found[0]):
            heads.add(found[0])
        if not line[:1].isspace() and not line.startswith(("#", "}", "]")) and len(found) > 1:
            defines.update((found[-1], found[1]) if found[0] == "import" else (found[1],))
    return Part(tuple(lines), frozenset(words), frozenset(defines), "edition" in heads)


def is_of(parts: Sequence[Part], text: str) -> bool:
    """Whether the parts are those of a text."""
    return text == "\n".join("\n".join(part.lines) for part in parts)


def changed(parts: Sequence[Part], text: str) -> tuple[list[Part], Excerpt] | None:
    """The parts of a text that has changed, unchanged ones as they were, and the excerpt; None when the change goes
    through so much of the file that it is no excerpt any more."""
    new = text.split("\n")
    head, before = 0, 0
    while head < len(parts) and _stand_at(parts[head].lines, new, before):
        before += len(parts[head].lines)
        head += 1
    tail, after = len(parts), len(new)
    while tail > head and after - len(parts[tail - 1].lines) >= before:
        if not _stand_at(parts[tail - 1].lines, new, after - len(parts[tail - 1].lines)):
            break
        tail -= 1
        after -= len(parts[tail].lines)
    old = parts[head:tail]
    now = _part(new[before:after])
    result = [*parts[:head], now, *parts[tail:]]
    chosen = _related(result, head, old)
    if sum(len(result[index].lines) for index in chosen) * 2 > len(new):
        return None
    starts = _starts(result)
    numbers = tuple(
        number
        for index in chosen
        for number in range(starts[index], starts[index] + len(result[index].lines))
    )
    lines = (line for index in chosen for line in result[index].lines)
    grown = len(now.lines) - sum(len(part.lines) for part in old)
    return result, Excerpt("\n".join(lines), numbers, before, after, grown)


def _stand_at(lines: Sequence[str], text: Sequence[str], start: int) -> bool:
    return tuple(text[start : start + len(lines)]) == tuple(lines)


def _starts(parts: Iterable[Part]) -> list[int]:
    found, at = [], 0
    for part in parts:
        found.append(at)
        at += len(part.lines)
    return found


def _related(parts: Sequence[Part], now: int, old: Sequence[Part]) -> list[int]:
    """The indices of what the changed part needs, of those who need it, and of what those need."""
    names = parts[now].defines.union(*(part.defines for part in old))
    users = [i for i, part in enumerate(parts) if i != now and not names.isdisjoint(part.words)]
    chosen = {now, *users[:_MOST_USERS]}
    chosen.update(
        i for i, part in enumerate(parts) if not names.isdisjoint(part.defines) or "edition" in part.words
    )
    waiting = list(chosen)
    while waiting:
        words = parts[waiting.pop()].words
        for index, part in enumerate(parts):
            if index not in chosen and not words.isdisjoint(part.defines):
                chosen.add(index)
                waiting.append(index)
    return sorted(chosen)
