"""A lock between processes on this machine: an exclusive `flock` on a file that is never removed.

The kernel lets go of it when the holder ends, however it ends, so a `kill -9` leaves nothing to clean up. The
holder is every process that has the descriptor: a program that is started with it keeps the lock until it ends,
also when whoever started it was killed. The file stays: removing it would let two processes hold locks on two
files of one name.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from envspec.engines.stopping import Stop

_LOOK_SECONDS = 0.05


@contextmanager
def shared(path: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[int]:
    """Hold the lock `path` together with others who hold it so; as `exclusive` else."""
    with _locked(path, fcntl.LOCK_SH, waiting, None) as descriptor:
        yield descriptor


@contextmanager
def exclusive(
    path: Path, *, waiting: Callable[[], None] | None = None, stop: Stop | None = None
) -> Iterator[int]:
    """Hold the lock `path` (made with its folder when missing); gives its descriptor. `waiting` is called once,
    before the wait, when another process holds it; `stop` ends the wait. Not reentrant: the same process waits
    for itself."""
    with _locked(path, fcntl.LOCK_EX, waiting, stop) as descriptor:
        yield descriptor


@contextmanager
def _locked(path: Path, kind: int, waiting: Callable[[], None] | None, stop: Stop | None) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _taken(descriptor, kind):
            if waiting is not None:
                waiting()
            if stop is None:
                fcntl.flock(descriptor, kind)
            else:
                while not _taken(
                    descriptor, kind
                ):  # a thread that waits in the kernel cannot be told to stop
                    stop.wait(_LOOK_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
