"""Writing text to a stream, as `click.echo` does, without importing click where that has not been done."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO


def echo(text: str = "", *, file: IO[str] | None = None, err: bool = False, nl: bool = True) -> None:
    """Writes text and a line end (`nl`) to `file`, else to stdout or (`err`) stderr, and flushes it. That nobody reads
    stderr any more (`2>&1 | head`) ends nothing."""
    stream = file or (sys.stderr if err else sys.stdout)
    begin_line(stream)
    try:
        _write(stream, text, nl)
    except BrokenPipeError:
        if stream is not sys.stderr:
            raise
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of the process


_unfinished = False
"""Whether what a script has printed to our stdout ends within a line."""


def scripts_line(*, ended: bool) -> None:
    """What a script printed has been shown as it is: whether its last line is `ended` too."""
    global _unfinished
    _unfinished = not ended


def begin_line(stream: IO[str]) -> None:
    """Before something of ours is written to `stream`: ends the line that a script has left open, where it is there that
    the script's output goes."""
    if not _unfinished or not _is_stdout(stream):
        return
    scripts_line(ended=True)
    with suppress(OSError):  # nobody reads: whoever writes next finds that out
        sys.stdout.flush()
        stream.write("\n")
        stream.flush()


def _is_stdout(stream: IO[str]) -> bool:
    """Whether what is written to `stream` comes out where stdout does: on one terminal, in one pipe (`2>&1`) or file."""
    if stream is sys.stdout:
        return True
    try:
        return os.path.sameopenfile(stream.fileno(), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # a buffer, or a stream that is closed
        return False


def _write(stream: IO[str], text: str, nl: bool) -> None:
    whole = f"{text}\n" if nl else text
    if "click" not in sys.modules and _can_show(stream, whole):
        stream.write(whole)
        stream.flush()
        return
    import click

    click.echo(whole, file=stream, nl=False)


def _can_show(stream: IO[str] | None, text: str) -> bool:
    """Whether the stream can encode the text; where it cannot, click knows what to do."""
    try:
        text.encode(stream.encoding or "utf-8", stream.errors or "strict")  # type: ignore[union-attr]
    except (UnicodeError, AttributeError, LookupError):
        return False
    return True
