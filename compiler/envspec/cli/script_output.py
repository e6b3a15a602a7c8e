"""What a script prints, to our stdout: as it is where that is a file or a pipe, without commands where it is a terminal.

In come pieces of text in which bytes that are no UTF-8 are kept by `surrogateescape`. That nobody reads them any more
(`envspec run train | head`) is no reason to end a run: its log has everything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from envspec.actions.options import Options
from envspec.cli.echo import scripts_line
from envspec.cli.show import use_colour
from envspec.diagnostics.render.terminal_stream import TerminalStream
from envspec.frozen import replace
from envspec.lazy_pattern import lazy_pattern

_COLOUR = lazy_pattern(rb"\x1b\[[0-9;:]*m")
"""What of a script's last piece may come after its last line's end."""


@contextmanager
def with_script_output(options: Options) -> Iterator[Options]:
    """The options of a command that runs scripts. Before anything else is said the terminal has its own colour again."""
    output = ScriptOutput()

    def say(line: str) -> None:
        output.finish()
        options.say(line)

    try:
        yield replace(options, output=output.write, say=say)
    finally:
        output.finish()


class ScriptOutput:
    """`ends` says whether a reader that has gone is an error (`BrokenPipeError`), as it is where there is nothing else to
    do than to show the text."""

    def __init__(self, *, ends: bool = False) -> None:
        self._ends = ends
        self._gone = False
        self._terminal = TerminalStream(colour=use_colour(sys.stdout)) if sys.stdout.isatty() else None

    def write(self, text: str) -> None:
        if self._terminal is None:
            self._show(text.encode("utf-8", "surrogateescape"))
        else:
            self._show(self._encoded(self._terminal.feed(text)))

    def finish(self) -> None:
        """Nothing more comes, or something else is about to be said."""
        if self._terminal is not None and (rest := self._terminal.finish()):
            self._show(self._encoded(rest))

    def _encoded(self, text: str) -> bytes:
        return text.encode(sys.stdout.encoding or "utf-8", "replace")

    def _show(self, data: bytes) -> None:
        if self._gone:
            return
        try:
            if visible := _COLOUR.sub(b"", data):  # before it is there: a signal may come in between
                scripts_line(ended=visible.endswith(b"\n"))
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            if self._ends:
                raise
            self._gone = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
