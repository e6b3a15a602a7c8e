"""A file that was asked for, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure


def write_file(file: Path, text: str, code: str = "E1207") -> None:
    """Raises `Failure` with `code` when it cannot be written."""
    from envspec.atomic_file import write_atomically

    try:
        write_atomically(file, text.encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic(code, f"`{file}` cannot be written: {reason}")) from error
