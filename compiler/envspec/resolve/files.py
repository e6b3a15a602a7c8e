"""The project's files, as far as the compiler reads them, and the one rule for paths.

A path in a spec is relative to the file that wrote it. It is kept relative to the project root with `/`, and
stays inside the root, after symlinks too, unless the user allows otherwise.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from pathlib import Path

from envspec.frozen import Frozen, frozen
from envspec.plain_file import read_plain


class OutsideRoot(Exception):  # noqa: N818 - says what is so
    """A path leaves the root. `kind` is `absolute`, `parent` or `symlink`."""

    def __init__(self, path: str, kind: str) -> None:
        super().__init__(path, kind)
        self.path = path
        self.kind = kind


def find_root(start: Path) -> Path:
    """The nearest ancestor with `[tool.envspec]`, `envspec.lock` or `.git`, else the folder itself."""
    folder = _folder(start)
    for candidate in (folder, *folder.parents):  # `root_questions` names what is asked here
        if is_marked(candidate):
            return candidate
    return folder


def is_marked(folder: Path) -> bool:
    """Whether something says that a folder is the root of a project; else it is only the one that a file lies in."""
    if os.path.isfile(folder / "envspec.lock") or os.path.exists(folder / ".git"):  # noqa: PTH110, PTH113
        return True
    return _has_tool_table(folder / "pyproject.toml")


def _folder(start: Path) -> Path:
    """The folder itself, or that of a file, whole; a symlinked project keeps its own name."""
    return Path(os.path.abspath(start if os.path.isdir(start) else start.parent))  # noqa: PTH100, PTH112


def root_questions(start: Path, root: Path) -> list[str]:
    """The questions about whole paths by which `find_root` came from `start` to `root`: see `kept.questions`."""
    folder = _folder(start)
    found = []
    for candidate in (folder, *folder.parents):
        found += [
            f"is_file {candidate / 'envspec.lock'}",
            f"exists {candidate / '.git'}",
            f"read {candidate / 'pyproject.toml'}",
        ]
        if candidate == root and root != folder:
            break
    return found


def _has_tool_table(pyproject: Path) -> bool:
    try:
        text = read_plain(pyproject)
    except OSError:
        return False
    if b"tool.envspec" not in text and b"envspec" not in text:
        return False
    import tomllib

    from envspec.packages.toml_text import loads

    try:
        tool = loads(text.decode("utf-8")).get("tool")
        return isinstance(tool, dict) and "envspec" in tool
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError):
        return False


@frozen
class ProjectFiles(Frozen):
    """Reads files below `root` by root-relative path. `allow_outside` is `--allow-path`."""

    root: Path
    allow_outside: bool = False

    def locate(self, written: str, folder: str) -> str:
        """The root-relative form of a path written in a file of `folder` (root-relative, `""` for the root).

        Raises `OutsideRoot`.
        """
        if posixpath.isabs(written) or (len(written) > 1 and written[1] == ":" and written[0].isalpha()):
            if not self.allow_outside:
                raise OutsideRoot(written, "absolute")
            return posixpath.normpath(written)
        path = posixpath.normpath(posixpath.join(folder, written))
        if path == ".." or path.startswith("../"):
            if not self.allow_outside:
                raise OutsideRoot(written, "parent")
            return posixpath.normpath(posixpath.join(self.root.as_posix(), path))
        if not self.allow_outside and self._leaves_by_symlink(path):
            raise OutsideRoot(written, "symlink")
        return path

    def _leaves_by_symlink(self, path: str) -> bool:
        real = os.path.realpath(self.root / path)
        root = os.path.realpath(self.root)
        return real != root and not real.startswith(root.rstrip(os.sep) + os.sep)

    def path(self, relative: str) -> Path:
        """Where a root-relative (or allowed absolute) path is on this machine."""
        return self.root / relative

    def read_bytes(self, relative: str) -> bytes:
        return read_plain(self.root / relative)

    def read_entry(self, relative: str) -> bytes:
        """The entry of a deployment, to see whether it can be served: no result holds more of it than that."""
        return self.read_bytes(relative)

    # Those of `os.path`, here and above, say no where those of `pathlib` raise, as for a name that is too long to be one.

    def is_file(self, relative: str) -> bool:
        return os.path.isfile(self.root / relative)  # noqa: PTH113

    def is_dir(self, relative: str) -> bool:
        return os.path.isdir(self.root / relative)  # noqa: PTH112

    def exists(self, relative: str) -> bool:
        return os.path.exists(self.root / relative)  # noqa: PTH110

    def walk(self, relative: str) -> Iterator[tuple[str, bool]]:
        """Files below a folder in sorted order: root-relative path and whether it is executable.
        Symlinks that lead out of the root are not followed."""
        for folder, names, files in os.walk(self.root / relative):
            names.sort()
            base = Path(folder)
            for name in sorted(files):
                file = base / name
                inside = file.relative_to(self.root).as_posix()
                if file.is_symlink() and self._leaves_by_symlink(inside):
                    continue
                try:
                    mode = file.stat().st_mode
                except FileNotFoundError:  # a link that leads nowhere has nothing to be read
                    continue
                if stat.S_ISREG(mode):
                    yield inside, bool(mode & 0o100)
