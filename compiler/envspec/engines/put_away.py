"""Folders that are to be deleted, which takes long: each leaves its place by one rename first.

What was moved counts for nothing, and whoever prunes next deletes what a killed one left.
"""

from __future__ import annotations

import os
import secrets as random_names
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

FOLDER = "removed"
"""Below the workspace."""


def put_away(place: Path, state: Path) -> Path:
    """Moves a file or folder of the workspace `state` out of its place; gives where it is now. Nothing happens when it is
    not there. Raises `OSError`."""
    removed = state / FOLDER
    removed.mkdir(exist_ok=True)
    target = removed / f"{place.name}.{random_names.token_hex(4)}"
    with suppress(FileNotFoundError):
        place.rename(target)
    return target


def delete_removed(state: Path) -> None:
    """Deletes what was put away, also what others put away. What cannot be deleted stays there."""
    import shutil

    def again(_function: Callable[..., object], path: str, _error: object) -> None:
        """Programs may leave folders that nobody may write to."""
        with suppress(OSError):
            parent = Path(path).parent
            parent.chmod(parent.stat().st_mode | stat.S_IRWXU)
            if Path(path).is_dir() and not Path(path).is_symlink():
                Path(path).chmod(stat.S_IRWXU)
                shutil.rmtree(path, ignore_errors=True)
            else:
                os.unlink(path)  # noqa: PTH108 - as `rmtree` does it

    with suppress(FileNotFoundError):
        for one in list((state / FOLDER).iterdir()):
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one, onerror=again)
            else:
                one.unlink(missing_ok=True)
    with suppress(OSError):
        (state / FOLDER).rmdir()
