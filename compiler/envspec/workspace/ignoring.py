"""Which files of a source folder are not part of it.

`.gitignore` and `.envspecignore` count in `source` and the folders below it, never above. Where both are in
one folder the lines of `.envspecignore` come last; as in git, the last line that matches decides, the file
nearest to the path first, what is below an ignored folder cannot be taken back, and an ignore file that is a link says
nothing. `.git`, `.envspec` and `__pycache__` are never part, nor are the paths that the caller excludes (outputs).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from envspec.state_folder import STATE_FOLDER

if TYPE_CHECKING:
    from envspec.workspace.ignore_patterns import Patterns

FILES = (".gitignore", ".envspecignore")
NEVER = frozenset({".git", STATE_FOLDER, "__pycache__"})


def read_patterns(entries: Iterable[os.DirEntry[str]]) -> Patterns | None:
    """The lines of a folder's own ignore files; `entries` are what is in the folder. Raises `OSError`."""
    there = {
        entry.name: entry.path
        for entry in entries
        if entry.name in FILES and entry.is_file(follow_symlinks=False)
    }
    content = b""
    for name in FILES:
        if name in there:
            with open(there[name], "rb") as file:  # noqa: PTH123 - the path is text already
                content += file.read().removeprefix(b"\xef\xbb\xbf") + b"\n"
    if not content.strip():
        return None
    from envspec.workspace.ignore_patterns import Patterns  # not imported where nothing is ignored

    return Patterns(content) or None


def ignored(patterns: list[tuple[int, Patterns]], path: str, is_folder: bool) -> bool:
    """`patterns` are those of the folders above `path`, the outermost first, each with the length of its folder's prefix
    in bytes."""
    whole = os.fsencode(path)
    for length, lines in reversed(patterns):
        decided = lines.ignores(whole[length:], is_folder)
        if decided is not None:
            return decided
    return False
