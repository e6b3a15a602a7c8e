"""What an importer gets, and how it reads the files around the one it was given.

What always holds: nothing outside of the project is named by a spec; a file is read once as text, whatever it is
encoded in; what cannot be read is a `Failure`.
"""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic, Failure, Span
from envspec.frozen import Frozen, field, frozen
from envspec.importing.findings import ABSENT, BROKEN, FileName, Mark, line_span, source_of
from envspec.importing.report import Report
from envspec.plain_file import read_plain

if TYPE_CHECKING:
    from envspec.importing.yaml_text import Node

_LARGEST = 20_000_000
_PART = 4_096
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@frozen
class Asked(Frozen):
    """`path` is the file or folder to import, absolute; `spec_folder` where the spec will be, to which its paths are
    relative, and `root` the project root there. `name` is what a block is called that has no name in the file.
    `default_index` finds the address that this machine has for the default index of Python packages, empty when it is
    the usual one."""

    path: Path
    spec_folder: Path
    root: Path
    name: str
    report: Report = field(default_factory=Report)
    default_index: Callable[[], str] = field(default=str, compare=False, repr=False)

    def shown(self, path: Path) -> FileName:
        """A file as the report names it: relative to the folder of the spec where it lies below it, else its name."""
        try:
            return FileName(path.relative_to(self.spec_folder).as_posix(), path)
        except ValueError:
            return FileName(path.name, path)

    def place(self, written: str, folder: Path) -> str | None:
        """A path written in a file of `folder`, as the spec writes it (`./…` or `../…`); None when it is absolute or
        leaves the project."""
        if not written or os.path.isabs(written) or "\\" in written or written.startswith("~"):  # noqa: PTH117
            return None
        whole = Path(os.path.normpath(folder / written))
        if whole != self.root and self.root not in whole.parents:
            return None
        relative = Path(os.path.relpath(whole, self.spec_folder)).as_posix()
        return relative if relative.startswith("..") else "." if relative == "." else f"./{relative}"


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, what its byte order mark says, or Latin-1 as pip falls back to it. Raises `Failure`
    E1301."""
    try:
        data = read_plain(path, most=_LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1301", f"`{path}` cannot be read: {reason}")) from error
    if len(data) > _LARGEST:
        raise Failure(Diagnostic("E1301", f"`{path}` has more than {_LARGEST:,} bytes"))
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise Failure(Diagnostic("E1301", f"`{path}` is not {encoding} text")) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if b"\0" in data:
            raise Failure(Diagnostic("E1301", f"`{path}` is no text file")) from None
        return data.decode("latin-1")


@frozen
class Unread(Frozen):
    """Why the text of a file that another names cannot be had: `code` is that of the finding, `reason` a clause."""

    code: str
    reason: str

    def mark(self, written: str, node: Node | None = None) -> Mark:
        """`node` is where the file is named."""
        return Mark(self.code, written) if node is None else Mark(self.code, written, node.start, node.end)


def unread(path: Path, written: str) -> Unread | None:
    """None when the text can be had. `written` is how the other file names it."""
    try:
        read_text(path)
    except Failure as failure:
        error = failure.__cause__
        if isinstance(error, OSError) and error.errno in _NOTHING_THERE:
            return Unread(ABSENT, f"there is no file `{written}`")
        if isinstance(error, IsADirectoryError):
            return Unread(BROKEN, f"`{written}` is a folder, and a file is wanted")
        return Unread(BROKEN, failure.diagnostics[0].message.replace(f"`{path}`", f"`{written}`"))
    except ValueError:  # a zero byte
        return Unread(ABSENT, f"there is no file `{written}`")
    return None


def is_file(path: Path) -> bool:
    """Whether a file is at a path that somebody wrote. pathlib raises where none can be: for a name that is too long, or
    below a folder that may not be entered."""
    return os.path.isfile(path)  # noqa: PTH113


def is_there(path: Path) -> bool:
    """Whether a file or folder is at such a path."""
    return os.path.exists(path)  # noqa: PTH110


def is_folder(path: Path) -> bool:
    """Whether a folder is at such a path."""
    return os.path.isdir(path)  # noqa: PTH112


def line_of(text: str, offset: int) -> int:
    """The line, from 1, of a character."""
    part = min(offset, len(text)) // _PART
    return _lines_before(text)[part] + text.count("\n", part * _PART, offset) + 1


@lru_cache(maxsize=2)
def _lines_before(text: str) -> list[int]:
    """How many lines end before each part of a text: a file with many entries is asked for the line of each."""
    counts = [0]
    for start in range(0, len(text), _PART):
        counts.append(counts[-1] + text.count("\n", start, start + _PART))
    return counts


def unreadable(
    asked: Asked, path: Path, reason: str, line: int = 0, start: int = -1, end: int = -1
) -> Failure:
    """E1302: the file is not of the kind that it was said to be. The place is `start` to `end` where they are known, else
    the `line`."""
    return unreadable_parts(asked, path, [(reason, line, start, end)])


def unreadable_parts(asked: Asked, path: Path, parts: Sequence[tuple[str, int, int, int]]) -> Failure:
    """E1302 for each part of a file that cannot be read: reason, line, start and end."""
    shown = asked.shown(path)
    try:
        source = source_of(path, read_text(path)) if is_file(path) else None
    except Failure:
        source = None
    found = []
    for reason, line, start, end in parts:
        span = None
        if source is not None and 0 <= start <= len(source.text):
            span = Span(source.file, start, min(max(start, end), len(source.text)))
        elif source is not None:
            span = line_span(source, line)
        place = f" (line {line})" if line and span is None else ""
        found.append(Diagnostic("E1302", f"`{shown}` is not what was expected{place}: {reason}", span))
    return Failure(found, {} if source is None else {source.file: source})
