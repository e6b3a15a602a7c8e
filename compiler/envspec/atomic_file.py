"""Writing a file so that it is there whole or not at all, also after a crash.

The temporary file's name holds the process that writes it, so the next write of the same file can take away
what a killed one left.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_SUFFIX = ".part"


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def write_atomically(path: Path, data: bytes, mode: int = 0o644, *, durable: bool = True) -> None:
    """Writes to a temporary file in the same folder, syncs it and renames it over `path`.

    Makes the folder when it is not there. Without `durable` it is not synced: for what can be made again and is
    checked when it is read. Raises `OSError`; then `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name[:40]}."
    _remove_leftovers(path.parent, prefix)
    # Not of `tempfile`, whose import takes longer than all of this.
    name = path.parent / f"{prefix}{os.getpid()}.{os.urandom(8).hex()}{_SUFFIX}"
    handle = os.open(name, _NEW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        name.chmod(mode)
        name.replace(path)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _remove_leftovers(folder: Path, prefix: str) -> None:
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if e.name.startswith(prefix) and e.name.endswith(_SUFFIX)]
    for name in names:
        pid = name.removeprefix(prefix).partition(".")[0]
        if pid.isdecimal() and not _lives(int(pid)):
            with suppress(OSError):
                (folder / name).unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
