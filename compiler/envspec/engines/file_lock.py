"""A lock between processes on this machine: an exclusive `flock` on a file that is never removed.

The kernel lets go of it when the holder ends, however it ends, so a `kill -9` leaves nothing to clean up.
The file stays: removing it would let two processes hold locks on two files of one name.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock `path` (made with its folder when missing). `waiting` is called once, before the wait,
    when another process holds it. Not reentrant: the same process waits for itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is not None:
                waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
