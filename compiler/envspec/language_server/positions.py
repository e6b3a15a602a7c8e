"""Offsets of ours and positions of the protocol, in the encoding that client and server agreed on.

A position of the protocol is a line and a count of code units from 0: UTF-16 unless the client offers another.
Lines end with `\\n`, `\\r\\n` or `\\r` and nothing else, so neither `str.splitlines` will do, which knows eight more ends,
nor the lines of a `Source`, which have no lone `\\r`. What lies outside a line or a text means its end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from lsprotocol.types import (
    Position,
    PositionEncodingKind,
    Range,
    TextDocumentContentChangeEvent,
    TextDocumentContentChangePartial,
)

from envspec.diagnostics import Source, Span

_LINE_END = re.compile(r"\r\n|\n|\r")
_LONE = re.compile(r"\r(?!\n)")


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _utf8(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


UNITS: Mapping[str, Callable[[str], int]] = {
    PositionEncodingKind.Utf8.value: _utf8,
    PositionEncodingKind.Utf16.value: _utf16,
    PositionEncodingKind.Utf32.value: len,
}
"""Encoding → how many code units a text has."""


def to_position(source: Source, offset: int, encoding: str) -> Position:
    """The position of a character offset."""
    starts = _starts(source)
    offset = max(0, min(offset, len(source.text)))
    line = bisect_right(starts, offset) - 1
    return Position(line, UNITS[encoding](source.text[starts[line] : offset]))


def to_range(source: Source, span: Span, encoding: str) -> Range:
    """The range of a span."""
    return Range(to_position(source, span.start, encoding), to_position(source, span.end, encoding))


def to_offset(source: Source, position: Position, encoding: str) -> int:
    """The character offset of a position; inside a character means before it."""
    return _offset(source.text, _starts(source), position, encoding)


def changed(text: str, changes: Sequence[TextDocumentContentChangeEvent], encoding: str) -> str:
    """A text after the changes of a client, one after the other."""
    for change in changes:
        if not isinstance(change, TextDocumentContentChangePartial):
            text = change.text
            continue
        starts = _all_starts(text)
        ends = [_offset(text, starts, at, encoding) for at in (change.range.start, change.range.end)]
        text = text[: min(ends)] + change.text + text[max(ends) :]
    return text


def _starts(source: Source) -> Sequence[int]:
    """Where the lines begin."""
    if "\r" not in source.text or _LONE.search(source.text) is None:
        return source.line_starts
    return _all_starts(source.text)


@lru_cache(maxsize=8)
def _all_starts(text: str) -> Sequence[int]:
    return (0, *(match.end() for match in _LINE_END.finditer(text)))


def _offset(text: str, starts: Sequence[int], position: Position, encoding: str) -> int:
    if position.line >= len(starts):
        return len(text)
    start = starts[position.line]
    end = starts[position.line + 1] if position.line + 1 < len(starts) else len(text)
    line = text[start:end].rstrip("\r\n")
    if line.isascii():
        return start + min(position.character, len(line))
    units, count = UNITS[encoding], 0
    for index, character in enumerate(line):
        count += units(character)
        if count > position.character:
            return start + index
    return start + len(line)
