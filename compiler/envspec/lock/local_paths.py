"""Local wheels and projects of a spec: what their content hash is made of.

A wheel is its bytes. A project is its tree: every path, mode bit and content, sorted, without what version
control, caches and builds leave behind. An editable is its path and metadata (`pyproject.toml`, `setup.cfg`,
`setup.py`): its code is live, and a change in it needs no new environment.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from envspec.ir.canonical import digest
from envspec.state_folder import STATE_FOLDER

SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        STATE_FOLDER,
        ".venv",
        ".tox",
        ".nox",
        ".eggs",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "__pycache__",
        "node_modules",
    }
)

_METADATA = ("pyproject.toml", "setup.cfg", "setup.py")


def file_digest(path: Path) -> str:
    """64 hexadecimal digits."""
    with path.open("rb") as file:
        import hashlib  # as in `ir.types`

        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_digest(folder: Path) -> str:
    """64 digits over the sorted `[path, mode, sha256]` of every file; a link counts as where it points."""
    entries: list[list[str]] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in SKIPPED and not name.endswith(".egg-info")
        )
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in [*files, *links]:
            path = Path(parent) / name
            relative = path.relative_to(folder).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                entries.append([relative, "link", path.readlink().as_posix()])
            elif stat.S_ISREG(mode) and not name.endswith((".pyc", ".pyo")):
                entries.append([relative, "x" if mode & stat.S_IXUSR else "-", file_digest(path)])
    return digest("envspec/tree/1", sorted(entries)).removeprefix("sha256:")


def editable_digest(folder: Path, relative: str) -> str:
    """64 digits over the path and the metadata files of a live project."""
    found = [[name, file_digest(folder / name)] for name in _METADATA if (folder / name).is_file()]
    return digest("envspec/editable/1", {"path": relative, "files": found}).removeprefix("sha256:")


def path_digest(root: Path, relative: str, kind: str) -> str:
    """The content hash of a local package by its kind (`wheel`, `project`, `editable`); empty when it is
    not there, or is something else by now."""
    path = (root / relative).resolve()
    if path.is_dir() != (kind != "wheel") or not path.exists():
        return ""
    if kind == "wheel":
        return file_digest(path)
    return editable_digest(path, relative) if kind == "editable" else tree_digest(path)
