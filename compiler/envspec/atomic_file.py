"""Writing a file so that it is there whole or not at all, also after a crash.

The temporary file's name holds the process that writes it, so the next write of the same file can take away
what a killed one left.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_SUFFIX = ".part"


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Writes to a temporary file in the same folder, syncs it and renames it over `path`.

    Makes the folder when it is not there. Raises `OSError`; then `path` is as it was.
    """
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name[:40]}."
    _remove_leftovers(path.parent, prefix)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{prefix}{os.getpid()}.", suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
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
