"""Environments and images that processes of this machine work with, so that nobody takes one away under them.

Whoever is given one holds a shared `flock` on a file that stands for it, until its process ends, however it ends. Whoever
wants to take it away needs the lock for himself, and does not wait for it. A record in the workspace keeps what outlives
the process: what serves.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_held: dict[str, int] = {}
"""Path → descriptor. One for each thing, however often it is used."""

_lock = threading.Lock()


def use(path: Path) -> None:
    """Marks what `path` stands for as used, until this process ends. Waits while somebody takes it away: whether it is
    there is to be asked afterwards. Where the file cannot be written, nobody can take anything away either."""
    key = str(path.absolute())
    with _lock:
        if key in _held:
            return
    with suppress(OSError):
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        except BaseException:
            os.close(descriptor)
            raise
        with _lock:
            if _held.setdefault(key, descriptor) != descriptor:  # another thread was faster
                os.close(descriptor)


@contextmanager
def unused(path: Path) -> Iterator[bool]:
    """Whether nobody uses what `path` stands for; while that holds, whoever wants to begin waits."""
    descriptor = _open(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def is_used(path: Path) -> bool:
    """Whether a process uses what `path` stands for now; nothing is written for that."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
