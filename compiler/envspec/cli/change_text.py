"""What has changed, a line for each with a mark: `+` is new, `-` is gone, `~` is another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from envspec.cli.show import one_line, use_colour

if TYPE_CHECKING:
    from envspec.lower.difference import Change

MARKS = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS = {"+": "32", "~": "33", "-": "31", "=": "2", "?": "35", "!": "31"}


def change_lines(changes: Iterable[Change], indent: str = "") -> Iterator[str]:
    """Changes alone, each with its mark; what locks came to is below what is asked for."""
    from envspec.actions.environment_history import asked_and_locked

    paint = painter(use_colour(sys.stdout))
    asked, locked = asked_and_locked(tuple(changes))
    yield from _marked(asked, indent, paint)
    if locked:
        yield f"{indent}locked:"
        yield from _marked(locked, f"{indent}    ", paint)


def _marked(changes: Iterable[Change], indent: str, paint: Callable[[str, str], str]) -> Iterator[str]:
    for change in changes:
        mark = MARKS[change.action]
        yield paint(mark, one_line(f"{indent}{mark} {change.words}"))


def painter(colour: bool) -> Callable[[str, str], str]:
    """Gives a text the colour of its mark."""
    if not colour:
        return lambda _mark, text: text
    return lambda mark, text: f"\x1b[{_COLOURS[mark]}m{text}\x1b[0m"
