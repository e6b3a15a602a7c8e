"""Offsets of ours and positions of the protocol, in the encoding that client and server agreed on.

A position of the protocol is a line and a count of code units from 0: UTF-16 unless the client offers another.
What lies outside a line or a text means its end, as the protocol says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lsprotocol.types import Position, PositionEncodingKind, Range

from envspec.diagnostics import Source, Span


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
    offset = max(0, min(offset, len(source.text)))
    line = source.line_of(offset)
    start = source.line_starts[line - 1]
    return Position(line - 1, UNITS[encoding](source.text[start:offset]))


def to_range(source: Source, span: Span, encoding: str) -> Range:
    """The range of a span."""
    return Range(to_position(source, span.start, encoding), to_position(source, span.end, encoding))


def to_offset(source: Source, position: Position, encoding: str) -> int:
    """The character offset of a position; inside a character means before it."""
    if position.line >= len(source.line_starts):
        return len(source.text)
    start = source.line_starts[position.line]
    line = source.line(position.line + 1)
    if line.isascii():
        return start + min(position.character, len(line))
    units, count = UNITS[encoding], 0
    for index, character in enumerate(line):
        count += units(character)
        if count > position.character:
            return start + index
    return start + len(line)
