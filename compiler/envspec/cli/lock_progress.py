"""What `envspec lock` is waiting for: one line on a terminal that changes, nothing elsewhere.

Lines of progress for people go through `say`, and are the same everywhere; on a terminal the changing line makes
way for them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TextIO

from envspec.actions.options import Options
from envspec.cli.show import printable, quiet, say
from envspec.frozen import replace
from envspec.lock.places import Progress, no_progress

_CLEAR = "\r\x1b[K"


class LiveLine:
    """The environments in progress and what is done for each, in one line that fits the terminal."""

    def __init__(self, stream: TextIO, width: Callable[[], int]) -> None:
        self._stream = stream
        self._width = width
        self._doing: dict[str, str] = {}
        self._mutex = Lock()

    def update(self, environment: str, doing: str) -> None:
        """Called from several threads."""
        with self._mutex:
            if doing:
                self._doing[environment] = doing
            else:
                self._doing.pop(environment, None)
            self._paint()

    def say(self, line: str) -> None:
        """A line that stays, above."""
        with self._mutex:
            self._write(_CLEAR)
            say(line)
            self._paint()

    def clear(self) -> None:
        with self._mutex:
            self._doing.clear()
            self._write(_CLEAR)

    def _paint(self) -> None:
        text = ", ".join(f"{name} ({doing})" for name, doing in self._doing.items())
        line = printable(f"solving {text}") if text else ""
        self._write(_CLEAR + line[: max(self._width() - 1, 0)])

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def shown(options: Options) -> Iterator[tuple[Options, Progress]]:
    """The options and the progress of one lock, shown as the stream allows."""
    if quiet() or not sys.stderr.isatty():
        yield options, no_progress
        return
    from shutil import get_terminal_size

    live = LiveLine(sys.stderr, lambda: get_terminal_size().columns)
    try:
        yield replace(options, say=live.say), live.update
    finally:
        live.clear()
