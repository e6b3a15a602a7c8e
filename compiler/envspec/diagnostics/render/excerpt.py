"""The lines of a file with what is wrong underlined.

     7 | environment sklearn {
       | ------------------- attributes of this block are checked here
     9 |     chanels = ["conda-forge"]
       |     ^^^^^^^ not an attribute of `environment`

Comes in: a source and marks in it. Goes out: rows, each a line number (or none) and text, for `full` to put
behind its gutter. What always holds: an underline has at least one sign and stands under the columns of its
characters, whatever their width; a row is at most `WIDEST` columns of the file's text, cropped around the
mark; a span of many lines shows its first and its last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from envspec.diagnostics.render.escape import visible_character, width
from envspec.diagnostics.span import Source
from envspec.frozen import Frozen, frozen

WIDEST = 120
_BEFORE = 30
"""Columns kept before a mark in a line that is cropped."""
_WHOLE = 4
"""A span of at most so many lines is shown whole."""


class Mark(NamedTuple):
    """Characters `start` to `end` of the source. `sign` is `^` for what is wrong and `-` for why; an empty
    one only shows the line."""

    start: int
    end: int
    sign: str
    text: str


class Row(NamedTuple):
    """`number` is the line of the file, 0 for an underline; `sign` that of the underline."""

    number: int
    text: str
    sign: str = ""
    note: str = ""


@frozen
class _Stretch(Frozen):
    """The part of a mark on one line: columns of the source line, before any widening."""

    line: int
    first: int
    last: int
    sign: str
    text: str


class _Line:
    """A source line as cells: what each character shows, and the column where it begins."""

    def __init__(self, text: str) -> None:
        self.cells = [visible_character(character) for character in text]
        self.columns = [0]
        for cell in self.cells:
            self.columns.append(self.columns[-1] + width(cell))

    def window(self, first: int) -> tuple[int, int]:
        """The characters to show so that character `first` is among them."""
        count = len(self.cells)
        if self.columns[-1] <= WIDEST:
            return 0, count
        at = self.columns[min(first, count)]
        left = min(first, count)
        while left > 0 and at - self.columns[left - 1] <= _BEFORE:
            left -= 1
        right = left
        while right < count and self.columns[right + 1] - self.columns[left] <= WIDEST:
            right += 1
        while left > 0 and self.columns[right] - self.columns[left - 1] <= WIDEST:
            left -= 1
        return left, max(right, left)

    def shown(self, window: tuple[int, int]) -> str:
        left, right = window
        text = "".join(self.cells[left:right])
        return ("… " if left else "") + text + (" …" if right < len(self.cells) else "")

    def underline(self, stretch: _Stretch, window: tuple[int, int]) -> str:
        left, right = window
        first = min(max(stretch.first, left), right)
        last = min(max(stretch.last, first), right)
        indent = (2 if left else 0) + self.columns[first] - self.columns[left]
        return " " * indent + stretch.sign * max(1, self.columns[last] - self.columns[first])


@lru_cache(maxsize=16)
def _line(text: str) -> _Line:
    """Many findings may be on one line, and a line may be a whole file."""
    return _Line(text)


def excerpt(source: Source, marks: Iterable[Mark]) -> Iterator[Row]:
    """The rows for all marks, in the order of the file."""
    stretches = sorted(
        (stretch for mark in marks for stretch in _stretches(source, mark)),
        key=lambda s: (s.line, not s.sign, s.first, s.sign != "^"),
    )
    number, line, window = 0, _Line(""), (0, 0)
    for stretch in stretches:
        if stretch.line != number or not window[0] <= stretch.first <= window[1]:
            if not stretch.sign and stretch.line == number:
                continue
            number, line = stretch.line, _line(source.line(stretch.line))
            window = line.window(stretch.first)
            yield Row(number, line.shown(window))
        if stretch.sign:
            yield Row(0, line.underline(stretch, window), stretch.sign, stretch.text)


def _stretches(source: Source, mark: Mark) -> Iterator[_Stretch]:
    start = max(0, min(mark.start, len(source.text)))
    end = max(start, min(mark.end, len(source.text)))
    first = source.position(start).line
    last = source.position(end).line
    if last > first and end == source.line_starts[last - 1]:
        last -= 1  # the line end belongs to the line before it
    if not mark.sign:
        last = first
    numbers = range(first, last + 1)
    if len(numbers) > _WHOLE:
        numbers = range(first, last + 1, last - first)
    for number in numbers:
        begin = source.line_starts[number - 1]
        text = source.line(number)
        left = start - begin if number == first else len(text) - len(text.lstrip())
        right = end - begin if number == last else len(text)
        yield _Stretch(number, left, min(right, len(text)), mark.sign, mark.text if number == last else "")
