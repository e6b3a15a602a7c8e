"""Reading plain files, and nothing that only looks like one.

A pipe without a writer never answers, and a device such as `/dev/zero` never ends: neither has a content that a
result could depend on. They are refused before they are read, so whoever reads is never kept waiting.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
"""A pipe is opened without waiting for somebody to write into it."""


_WORDS = (
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def not_plain(mode: int) -> str:
    """What has these bits of a mode, with its article, when that is neither a file nor a folder; else empty."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return next((word for is_one, word in _WORDS if is_one(mode)), "something else")


def read_plain(path: str | os.PathLike[str], most: int = 0) -> bytes:
    """The content of a plain file, symbolic links followed; no more than the first `most` bytes when that is not 0. Raises
    `OSError`, also for a pipe, socket or device."""
    handle = os.open(path, _FLAGS)
    try:
        mode = os.fstat(handle).st_mode
        if word := not_plain(mode):
            raise OSError(errno.EINVAL, f"it is {word}, not a plain file", os.fspath(path))
        parts = []
        left = most or sys.maxsize
        while left and (part := os.read(handle, min(left, 1 << 20))):  # of a folder: `IsADirectoryError`
            parts.append(part)
            left -= len(part)
    finally:
        os.close(handle)
    return b"".join(parts)
