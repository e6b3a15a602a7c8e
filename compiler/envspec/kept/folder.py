"""The user's cache folder: `ENVSPEC_CACHE_DIR`, else where the system keeps such things (XDG base directories).

What lies in it is believed, so it has to be the user's own: a folder that belongs to somebody else, that others
may write to, or that is reached through a link in a place where everybody may make one, is not used at all.
Without a folder nothing is kept, and everything works as before.
"""

from __future__ import annotations

import os
import stat
import sys

VARIABLE = "ENVSPEC_CACHE_DIR"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> str | None:
    """The folder, made when it is not there; None when there is none that can be trusted. An empty
    `ENVSPEC_CACHE_DIR` means none."""
    path = _wanted()
    if not path or not os.path.isabs(path):  # noqa: PTH117 - this is imported before pathlib
        return None
    try:
        if not os.path.lexists(path):
            os.makedirs(path, mode=0o700, exist_ok=True)  # noqa: PTH103
        return path if _own(os.lstat(path)) else None
    except OSError:
        return None


def _wanted() -> str:
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    home = os.path.expanduser("~")  # noqa: PTH111
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA", ""), "envspec", "cache")  # noqa: PTH118
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "envspec")  # noqa: PTH118
    base = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(base if base.startswith("/") else os.path.join(home, ".cache"), "envspec")  # noqa: PTH118


def _own(status: os.stat_result) -> bool:
    if sys.platform == "win32":  # the profile's folder is the user's alone
        return stat.S_ISDIR(status.st_mode)
    return (
        stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE
    )


def read_own(path: str) -> bytes | None:
    """The content of a plain file of the user's own, else None."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None
        if sys.platform != "win32" and (status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE):
            return None
        return file.read()
