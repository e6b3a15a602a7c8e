"""Which files of a source folder are not part of it.

`.gitignore` and `.envspecignore` count in `source` and the folders below it, never above. Where both are in
one folder the lines of `.envspecignore` come last; as in git, the last line that matches decides, the file
nearest to the path first, and what is below an ignored folder cannot be taken back. `.git`, `.envspec` and
`__pycache__` are never part, nor are the paths that the caller excludes (outputs).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FILES = (".gitignore", ".envspecignore")
NEVER = frozenset({".git", ".envspec", "__pycache__"})


def read_spec(folder: Path, names: set[str]) -> GitIgnoreSpec | None:
    """The lines of a folder's own ignore files; `names` is what is in the folder."""
    lines: list[str] = []
    for name in FILES:
        if name in names:
            lines += (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    from pathspec import GitIgnoreSpec  # not imported where nothing is ignored: it costs milliseconds

    return GitIgnoreSpec.from_lines(lines)


def ignored(specs: list[tuple[str, GitIgnoreSpec]], path: str, is_folder: bool) -> bool:
    """`specs` are those of the folders above `path`, the outermost first, each with its folder's prefix."""
    for prefix, spec in reversed(specs):
        inside = path[len(prefix) :] + ("/" if is_folder else "")
        decided = spec.check_file(inside).include
        if decided is not None:
            return decided
    return False
