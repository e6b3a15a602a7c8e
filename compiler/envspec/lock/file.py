"""`envspec.lock` at the project root: read it, write it whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.lock.model import Lock
from envspec.lock.text import FILE, read, write


def read_lock(root: Path) -> Lock | None:
    """The lock of the project, None when there is none; raises `Failure` when it is damaged."""
    try:
        text = (root / FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Failure(
            Diagnostic(
                "E0601", f"`{FILE}` is damaged: it is not UTF-8", help="run `envspec lock` to make it again"
            )
        ) from error
    except OSError as error:
        raise Failure(
            Diagnostic("E0622", f"`{FILE}` cannot be read: {error.strerror}", help="check its permissions")
        ) from error
    return read(text)


def write_lock(root: Path, lock: Lock) -> bool:
    """Write the lock whole and say whether that changed the file. A reader sees the old or the new one."""
    content = write(lock).encode("utf-8")
    path = root / FILE
    temporary = ""
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        handle, temporary = tempfile.mkstemp(prefix=f".{FILE}-", dir=root)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise Failure(
            Diagnostic(
                "E0622",
                f"`{FILE}` cannot be written: {error.strerror}",
                help="check the folder's permissions",
            )
        ) from error
    return True
