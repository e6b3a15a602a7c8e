"""The project's files on this machine, as the lowering asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from envspec.resolve.files import ProjectFiles


class RootFiles:
    """Files by path relative to `root` (absolute only where `--allow-path` let one leave it)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = ProjectFiles(root, allow_outside=True)

    def read_bytes(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def walk(self, path: str) -> Iterator[tuple[str, int]]:
        """Regular files under `path`, or `path` itself, with their modes."""
        whole = self._root / path
        if whole.is_file():
            yield path, whole.stat().st_mode
            return
        for relative, executable in self._files.walk(path):
            yield relative, 0o755 if executable else 0o644
