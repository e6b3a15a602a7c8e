"""Where something is written.

A `Span` is a half-open range of characters in one file. The file is named by its path relative to the
project root, with `/`, so that a diagnostic reads the same on every machine. Lines, columns and byte
offsets are computed from the text only when something is rendered: see `Source`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from envspec.frozen import Frozen, frozen


class Span(NamedTuple):
    """Characters `start` (inclusive) to `end` (exclusive) of `file`, counted from 0."""

    file: str
    start: int
    end: int


class Position(NamedTuple):
    """A place as people and editors name it: line and column from 1 in characters, byte from 0 in UTF-8."""

    line: int
    column: int
    byte: int


@frozen
class Source(Frozen):
    """The text of one file after decoding: no BOM, line ends as they were."""

    file: str
    text: str
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, file: str, text: str) -> Source:
        starts = [0]
        find = text.find
        at = find("\n")
        while at != -1:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return cls(file, text, tuple(starts))

    def position(self, offset: int) -> Position:
        """The position of a character offset; offsets past the end mean the end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.line_starts, offset)
        start = self.line_starts[line - 1]
        # Nearly every file is ASCII, which a string knows of itself; the others are encoded up to the place.
        byte = offset if self.text.isascii() else len(self.text[:offset].encode("utf-8", "surrogatepass"))
        return Position(line, offset - start + 1, byte)

    def line_of(self, offset: int) -> int:
        """The number of the line, from 1, that holds a character offset."""
        return bisect_right(self.line_starts, offset)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its line end."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")
