"""Folders for the files of one resolution, outside of every project: uv looks for settings above its folder.

A folder goes when its resolution is over. Of a process that was killed it stays, and the next one takes it away:
whoever works in a folder holds a lock on it (`flock`), which the kernel lets go of however the process ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure

_PREFIX = "envspec-lock-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that only this user can read. What goes wrong with files while it is used is a `Failure`
    E0637, or E0643 when it is for want of space."""
    try:
        _sweep(_temporary())
        name, descriptor = _held()
        try:
            yield Path(name)
        finally:
            shutil.rmtree(name, ignore_errors=True)
            os.close(descriptor)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Failure(
            Diagnostic(
                "E0643" if full else "E0637",
                f"the files of a resolution cannot be written: {(error.strerror or str(error)).lower()}",
                help="make room on the disk of the temporary folder, or set `TMPDIR` to another one",
            )
        ) from error


def _temporary() -> str:
    """The folder of temporary ones. `tempfile` tries it with a file, which stays when it is killed just then."""
    named = (os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP"))
    folders = [folder for folder in (*named, "/tmp", "/var/tmp") if folder and Path(folder).is_dir()]  # noqa: S108
    return str(Path(folders[0] if folders else ".").absolute())


def _held() -> tuple[str, int]:
    """A new folder, and the descriptor that holds its lock. Another process may find the folder before it is locked and
    take it for one that was left behind: then there is another."""
    while True:
        name = f"{_temporary()}/{_PREFIX}{os.urandom(8).hex()}"  # `tempfile` takes as long to import as all of this file
        os.mkdir(name, 0o700)  # noqa: PTH102 - with the right mode from the first moment
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if Path(name).is_dir():
            return name, descriptor
        os.close(descriptor)


@lru_cache
def _sweep(parent: str) -> None:
    """Takes away what killed processes of this user left in `parent`, once in each process."""
    with os.scandir(parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(_PREFIX)]
    for name in names:
        path = Path(parent) / name
        try:
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # somebody works in it
        else:
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)
