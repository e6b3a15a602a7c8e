"""The project's files as the lowering sees them: two questions, asked with root-relative paths.

The command line answers them from the disk, tests from a dict. What always holds: `walk` gives regular files
only, in no promised order, and its paths begin with the path asked for (which may be `.`, the root).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Protocol

from envspec.ir.canonical import digest
from envspec.state_folder import STATE_FOLDER

# What version control, caches and builds leave behind: never part of a context, nor of a tree's digest.
_SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", STATE_FOLDER, ".venv", ".tox", ".nox", ".eggs", ".mypy_cache", ".pytest_cache",
        ".ruff_cache", "__pycache__", "node_modules",
    }
)  # fmt: skip


class ProjectFiles(Protocol):
    """Reads files of the project by root-relative path with `/`."""

    def read_bytes(self, path: str) -> bytes: ...

    def walk(self, path: str) -> Iterable[tuple[str, int]]:
        """Every regular file under `path` (or `path` itself) as (root-relative path, mode)."""
        ...


class NoFiles:
    """The files of a project that has none."""

    def read_bytes(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def walk(self, path: str) -> Iterable[tuple[str, int]]:
        return ()


def tree(files: ProjectFiles, folder: str) -> dict[str, tuple[str, bool]]:
    """What belongs to the tree under `folder`: relative path → (root-relative path, executable), sorted."""
    base = PurePosixPath(folder)
    found = {}
    for path, mode in files.walk(folder):
        relative = PurePosixPath(path).relative_to(base)
        if belongs(relative):
            found[str(relative)] = (path, bool(mode & 0o100))
    return dict(sorted(found.items()))


def tree_digest(files: ProjectFiles, folder: str) -> str:
    """`sha256:…` over path, mode and content of every file of the tree."""
    return content_digest(
        {
            relative: (files.read_bytes(path), executable)
            for relative, (path, executable) in tree(files, folder).items()
        }
    )


def content_digest(contents: Mapping[str, tuple[bytes, bool]]) -> str:
    """`sha256:…` over relative path, executable or not, and content."""
    return hashed_digest(
        {
            path: (hashlib.sha256(content).hexdigest(), executable)
            for path, (content, executable) in contents.items()
        }
    )


def hashed_digest(hashes: Mapping[str, tuple[str, bool]]) -> str:
    """The same of files whose contents have been hashed already: 64 digits each."""
    entries = [
        [path, "x" if executable else "-", content] for path, (content, executable) in sorted(hashes.items())
    ]
    return digest("envspec.tree/1", entries)


def belongs(relative: PurePosixPath) -> bool:
    """Whether a path below a tree is part of it: not what version control, caches and builds leave behind."""
    folders = relative.parts[:-1]
    return relative.suffix not in (".pyc", ".pyo") and not any(
        part in _SKIPPED_FOLDERS or part.endswith(".egg-info") for part in folders
    )
