"""Temporary folders that outlive nobody: who works in one holds a lock on it.

A folder goes when its work is over. Of a process that was killed it stays, and the next one takes it away: the kernel
lets go of a lock (`flock`) however its holder ends. A program that is started with the folder's descriptor holds it too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path


@contextmanager
def held_folder(prefix: str) -> Iterator[tuple[Path, int]]:
    """An empty folder that only this user can read, and its descriptor. Its name begins with `prefix`, as do those that
    are taken away. Raises `OSError` where there can be none."""
    _sweep(_temporary(), prefix)
    name, descriptor = _held(prefix)
    try:
        yield Path(name), descriptor
    finally:
        shutil.rmtree(name, ignore_errors=True)
        os.close(descriptor)


def _temporary() -> str:
    """The folder of temporary ones. `tempfile` tries it with a file, which stays when it is killed just then."""
    named = (os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP"))
    folders = [folder for folder in (*named, "/tmp", "/var/tmp") if folder and Path(folder).is_dir()]  # noqa: S108
    return str(Path(folders[0] if folders else ".").absolute())


def _held(prefix: str) -> tuple[str, int]:
    """A new folder, and the descriptor that holds its lock. Another process may find the folder before it is locked and
    take it for one that was left behind: then there is another."""
    while True:
        name = f"{_temporary()}/{prefix}{os.urandom(8).hex()}"  # `tempfile` takes as long to import as all of this file
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
def _sweep(parent: str, prefix: str) -> None:
    """Takes away what killed processes of this user left in `parent`, once in each process."""
    with os.scandir(parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(prefix)]
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
