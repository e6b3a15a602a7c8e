"""Writing text to a stream, as `click.echo` does, without importing click where that has not been done."""

from __future__ import annotations

import os
import sys
from typing import IO


def echo(text: str = "", *, file: IO[str] | None = None, err: bool = False, nl: bool = True) -> None:
    """Writes text and a line end (`nl`) to `file`, else to stdout or (`err`) stderr, and flushes it. That nobody reads
    stderr any more (`2>&1 | head`) ends nothing."""
    stream = file or (sys.stderr if err else sys.stdout)
    try:
        _write(stream, text, nl)
    except BrokenPipeError:
        if stream is not sys.stderr:
            raise
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of the process


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
