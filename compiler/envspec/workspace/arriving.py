"""Files on their way into the store: written beside it, then renamed to where they belong.

What always holds: a file has its name only when the disk has its bytes, so a power cut leaves it whole or not at all.
Whether the disk has the name too is known after `durable`, which whoever writes anything that names the file calls first.
The disk is waited for by many threads at once (`Store.put_files`): one commit of a journal is enough for all before it.
Paths are texts here: of ten thousand files, making each a `Path` takes longer than writing it.
"""

from __future__ import annotations

import errno
import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from envspec.diagnostics import Diagnostic, Failure

_OLD_SECONDS = 3600
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)
"""How a file system says that it has no such thing for folders."""
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_NUMBERS = itertools.count()


class Arrivals:
    """`folder` is the store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arriving = str(folder / "arriving")
        self._unsynced: set[str] = set()
        """Folders with names that the disk may not have yet."""
        self._remembering = threading.Lock()
        self._syncing = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[Arriving]:
        """A new file inside the store, gone unless it settles. Raises `Failure` E1101 for what is wrong with the store."""
        arriving: Arriving | None = None
        try:
            arriving = self._made()
            with arriving.file:
                yield arriving
        except OSError as error:
            raise Failure(not_writable(self._folder, error)) from None
        finally:
            if arriving is not None and not arriving.settled:
                with suppress(OSError):
                    os.unlink(arriving.path)  # noqa: PTH108

    def _made(self) -> Arriving:
        from envspec.workspace.processes import this_host

        path = f"{self._arriving}/{this_host()}@{os.getpid()}.{time.time_ns():x}-{next(_NUMBERS)}"
        try:
            descriptor = os.open(path, _FLAGS, 0o600)
        except FileNotFoundError:
            os.makedirs(self._arriving, exist_ok=True)  # noqa: PTH103
            descriptor = os.open(path, _FLAGS, 0o600)
        return Arriving(path, os.fdopen(descriptor, "wb"))

    def settle(self, arriving: Arriving, place: str) -> None:
        """Gives it its name, over one that is there. `place` is two folders below the store."""
        file = arriving.file
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())
        folder = os.path.dirname(place)  # noqa: PTH120
        above = os.path.dirname(folder)  # noqa: PTH120
        try:
            os.replace(arriving.path, place)  # noqa: PTH105
        except FileNotFoundError:
            if not os.path.isdir(above):  # noqa: PTH112
                self._remember(str(self._folder), str(self._folder.parent))
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            os.replace(arriving.path, place)  # noqa: PTH105
        arriving.settled = True
        self._remember(folder, above)

    def found(self, place: str) -> None:
        """A file is in its place already. Whoever brought it may be about to wait for its name, or was killed before."""
        folder = os.path.dirname(place)  # noqa: PTH120
        above = os.path.dirname(folder)  # noqa: PTH120
        self._remember(folder, above, str(self._folder), str(self._folder.parent))

    def durable(self) -> None:
        """Waits until the disk has the names of all that has settled or was found, also where another thread waits for it
        already. Raises `Failure` E1101."""
        with self._syncing:
            with self._remembering:
                folders, self._unsynced = self._unsynced, set()
            try:
                # What is in a folder before its own name.
                for folder in sorted(folders, key=len, reverse=True):
                    _sync_folder(folder)
            except OSError as error:
                self._remember(*folders)
                raise Failure(not_writable(self._folder, error)) from None

    def _remember(self, *folders: str) -> None:
        with self._remembering:
            self._unsynced.update(folders)

    def sweep(self) -> None:
        """Takes away what killed processes of this machine left unfinished. What was written to within the hour stays:
        it may be of a container that is called like this machine, whose processes are not seen from here."""
        from envspec.workspace.processes import lives, this_host

        with suppress(OSError):
            for left in list(Path(self._arriving).iterdir()):
                host, _, rest = left.name.rpartition("@")
                pid = rest.partition(".")[0]
                old = time.time() - left.stat().st_mtime > _OLD_SECONDS
                if old and host == this_host() and pid.isdecimal() and not lives(host, int(pid), ""):
                    left.unlink()


class Arriving:
    """`file` is open for writing; its descriptor reads too."""

    __slots__ = ("file", "path", "settled")

    def __init__(self, path: str, file: IO[bytes]) -> None:
        self.path, self.file, self.settled = path, file, False


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def not_writable(place: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        "E1101",
        f"`{place}` cannot be written: {(error.strerror or str(error)).lower()}",
        help="make it a folder that you may write to, on a disk with room",
    )
