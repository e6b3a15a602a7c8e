"""`envspec.lock` at the project root: read it, write it whole or not at all."""

from __future__ import annotations

from pathlib import Path

from envspec.atomic_file import write_atomically
from envspec.diagnostics import Diagnostic, Failure
from envspec.lock.model import Lock
from envspec.lock.text import AGAIN, FILE, read, write


def read_lock(root: Path, *, merging: bool = False) -> Lock | None:
    """The lock of the project, None when there is none; raises `Failure` when it is damaged. With `merging`, marks of
    a merge are no damage: the lock then is that of both sides (`merging.read_both`)."""
    try:
        text = (root / FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Failure(Diagnostic("E0601", f"`{FILE}` is damaged: it is not UTF-8", help=AGAIN)) from error
    except OSError as error:
        raise Failure(_trouble("read", error)) from error
    if merging:
        from envspec.lock.merging import has_marks, read_both

        if has_marks(text):
            return read_both(text)
    return read(text)


def write_lock(root: Path, lock: Lock) -> bool:
    """Write the lock whole and say whether that changed the file. A reader sees the old or the new one. Raises `Failure`
    E0622, also for an environment of a file whose name TOML has no text for."""
    for key in lock.environments:
        try:
            key.encode("utf-8")
        except UnicodeEncodeError:
            file = key.rpartition("#")[0]
            raise Failure(
                Diagnostic(
                    "E0622",
                    f"`{FILE}` cannot be written: the name of `{file}` is not UTF-8",
                    help="rename the file",
                )
            ) from None
    content = write(lock).encode("utf-8")
    path = root / FILE
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        write_atomically(path, content)
    except OSError as error:
        raise Failure(_trouble("written", error)) from error
    return True


def _trouble(done: str, error: OSError) -> Diagnostic:
    reason = (error.strerror or str(error)).lower()
    return Diagnostic(
        "E0622", f"`{FILE}` cannot be {done}: {reason}", help="check the permissions and the disk"
    )
