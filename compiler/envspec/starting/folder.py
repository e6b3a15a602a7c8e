"""The files of a folder that a first spec may be made from: visible, not too many, not too large, no symlinks."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

_DEEPEST = 3
_MOST_FILES = 5_000
_LARGEST = 1 << 20
_NOT_THE_PROJECT = frozenset(
    {"node_modules", "__pycache__", "venv", "env", "site-packages", "build", "mlruns", "wandb", "outputs"}
)


@dataclass(frozen=True)
class Folder:
    """Files by path relative to `root`, with `/`."""

    root: Path

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All of them, nearest first, then by name."""
        found = sorted(self._walk(), key=lambda path: (path.count("/"), path))
        return tuple(found[:_MOST_FILES])

    def _walk(self) -> Iterator[str]:
        count = 0
        for folder, names, files in os.walk(self.root):
            inside = Path(folder).relative_to(self.root)
            depth = len(inside.parts)
            names[:] = sorted(
                n
                for n in names
                if depth < _DEEPEST
                and not n.startswith(".")
                and n not in _NOT_THE_PROJECT
                and not os.path.lexists(Path(folder) / n / "pyvenv.cfg")
            )
            for name in sorted(files):
                if not _is_plain(Path(folder) / name):
                    continue
                count += 1
                if count > _MOST_FILES:
                    return
                yield (inside / name).as_posix()

    def has(self, path: str) -> bool:
        return path in self._set

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.files)

    def text(self, path: str) -> str | None:
        """The text of a file, or None when there is none that can be read as such."""
        if path not in self._set:
            return None
        try:
            if (self.root / path).stat().st_size > _LARGEST:
                return None
            text = (self.root / path).read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None
        return None if "\0" in text else text

    def python_files(self) -> list[str]:
        """Those that may be programs: not tests, not modules of a package."""
        return [path for path in self.files if path.endswith(".py") and not self._is_support(path)]

    def _is_support(self, path: str) -> bool:
        pure = PurePosixPath(path)
        parents = [part.lower() for part in pure.parts[:-1]]
        if any(part in {"test", "tests", "docs", "doc"} for part in parents):
            return True
        if pure.name in {"setup.py", "conftest.py", "noxfile.py", "manage.py", "__init__.py", "__main__.py"}:
            return True
        if pure.stem.startswith("test_") or pure.stem.endswith("_test"):
            return True
        return (pure.parent / "__init__.py").as_posix() in self._set


def _is_plain(path: Path) -> bool:
    """Whether it is a file, and no link to one; false where nobody may look."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
