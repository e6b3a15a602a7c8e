"""A bug of ours: no traceback is shown, it is kept in a file, which is named."""

from __future__ import annotations

import sys

from envspec.diagnostics.diagnostic import Diagnostic


def bug(error: Exception) -> Diagnostic:
    """The finding E1299 for an exception that nobody expected; its traceback is in a new file for temporary ones."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="envspec-bug-", suffix=".log", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
        details = (
            f"the file `{file.name}`, which holds the details; look whether it holds anything private first"
        )
    except OSError:  # a full disk is often what brought us here
        details = (
            f"its message: {error}; its details could not be written, because the disk is full or closed"
        )
    from envspec import __version__

    return Diagnostic(
        "E1299",
        f"this is a bug in envspec: {type(error).__name__}",
        help=f"please report it with {details}",
        notes=(f"envspec {__version__}, Python {sys.version.split()[0]}, {sys.platform}",),
    )
