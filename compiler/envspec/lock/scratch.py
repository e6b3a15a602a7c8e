"""Folders for the files of one resolution, outside of every project: uv looks for settings above its folder."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.held_folder import held_folder


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that only this user can read. What goes wrong with files while it is used is a `Failure`
    E0637, or E0643 when it is for want of space."""
    try:
        with held_folder("envspec-lock-") as (folder, _):
            yield folder
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Failure(
            Diagnostic(
                "E0643" if full else "E0637",
                f"the files of a resolution cannot be written: {(error.strerror or str(error)).lower()}",
                help="make room on the disk of the temporary folder, or set `TMPDIR` to another one",
            )
        ) from error
