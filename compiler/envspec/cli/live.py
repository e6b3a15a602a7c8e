"""Builds on a terminal: a line for each that goes on, with its step and its seconds, drawn again as they change.

In come the calls of `actions.progress.Progress`; out go lines and the few control sequences (ECMA-48) that every
terminal of today knows: back to the first of our lines, clear from there. What always holds: the lines are as short
as the terminal is wide, so that none wraps; nothing that comes from a build can drive the terminal; after `close`
nothing of the drawing is left.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import IO

from envspec.diagnostics.render.escape import visible, width
from envspec.engines.interface import NOTE

_CLEAR_TO_END = "\x1b[J"
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_PATIENCE = 0.2
"""Seconds before anything is drawn: what is found at once needs no drawing."""
_COLUMNS, _ROWS = 80, 24


@dataclass(slots=True)
class _Build:
    began: float
    step: str = ""


class Live:
    pause: float | None = 0.1

    def __init__(self, stream: IO[str], *, colour: bool) -> None:
        self._stream = stream
        self._colour = colour
        self._builds: dict[str, _Build] = {}
        self._began = time.monotonic()
        self._drawn = 0
        self._shown = ""

    def begin(self, title: str) -> None:
        self._builds[title] = _Build(time.monotonic())
        self._draw()

    def step(self, title: str, line: str) -> None:
        if title in self._builds and not line.startswith(NOTE):
            self._builds[title].step = line
        else:
            self._erase()
            self._stream.write(visible(f"{title}: {line}") + "\n")
        self._draw()

    def end(self, title: str) -> None:
        self._builds.pop(title, None)
        self._draw()

    def tick(self) -> None:
        self._draw()

    def close(self) -> None:
        self._builds.clear()
        self._erase()
        self._stream.flush()

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._began < _PATIENCE:
            return
        columns, rows = _size(self._stream)
        lines = [self._line(title, build, now, columns) for title, build in self._builds.items()]
        more = len(lines) - max(1, rows - 2)
        if more > 0:
            lines[len(lines) - more - 1 :] = [f"… and {more + 1} more"]
        text = "".join(f"{line}\n" for line in lines)
        if text != self._shown:
            before = self._back()
            # Known before it is written: Ctrl-C comes while it is written, if ever.
            self._drawn, self._shown = len(lines), text
            self._stream.write(before + text)
            self._stream.flush()

    def _line(self, title: str, build: _Build, now: float, columns: int) -> str:
        seconds = f"{int(now - build.began)} s"
        room = columns - 1 - width(seconds) - 2
        name = _fitting(visible(title), max(1, room // 2))
        step = _fitting(" ".join(visible(build.step).split()), room - width(name) - 2)
        blanks = " " * (room - width(name) - width(step) - 2)
        dim, plain = (_DIM, _PLAIN) if self._colour else ("", "")
        return f"{name}  {dim}{step}{blanks}  {seconds}{plain}"

    def _back(self) -> str:
        """What takes the drawing away."""
        return f"\x1b[{self._drawn}F{_CLEAR_TO_END}" if self._drawn else ""

    def _erase(self) -> None:
        self._stream.write(self._back())
        self._drawn, self._shown = 0, ""


def _fitting(text: str, columns: int) -> str:
    """The text, cut to so many columns."""
    if width(text) <= columns:
        return text
    kept = text[: max(0, columns)]
    while kept and width(kept) > columns - 1:
        kept = kept[:-1]
    return kept + "…" if columns > 0 else ""


def _size(stream: IO[str]) -> tuple[int, int]:
    """Columns and rows, as they are now: a terminal may be made smaller while we draw."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _COLUMNS, _ROWS
    return size.columns or _COLUMNS, size.lines or _ROWS
