"""Where the engines keep what they make: a cache that outlives runs, and a place for sockets.

`ENVSPEC_TEST_CACHE` moves the cache; without it, it is `envspec-tests` in the user's cache folder. All
clones of the repository share it, so everything in it is guarded by `lock`, which holds between
processes (pytest-xdist workers, two `make test` side by side).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from filelock import FileLock

LOCK_TIMEOUT = 900.0  # seconds; the longest holder makes the conda channel or the base image
"""How long one process waits for another to finish making the same thing."""


def cache_dir() -> Path:
    """The folder of everything that is worth keeping between runs; made when missing."""
    configured = os.environ.get("ENVSPEC_TEST_CACHE")
    if configured:
        folder = Path(configured).expanduser().absolute()
    else:
        user_cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        folder = Path(user_cache).expanduser() / "envspec-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_id() -> str:
    """Eight hexadecimal digits that tell this cache from another one on the same machine."""
    return hashlib.sha256(str(cache_dir()).encode()).hexdigest()[:8]


def run_dir() -> Path:
    """A folder with a short path for sockets and pid files: a Unix socket's path has at most 107 bytes."""
    parent = Path("/run") if os.access("/run", os.W_OK) else Path(tempfile.gettempdir())
    folder = parent / f"envspec-tests-{cache_id()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def lock(name: str) -> FileLock:
    """The lock between processes that guards `name`; use it as a context manager."""
    return FileLock(cache_dir() / f"{name}.lock", timeout=LOCK_TIMEOUT)
