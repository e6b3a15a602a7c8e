"""Folders as sorted manifests, and the one digest of a file or folder.

A manifest is the canonical JSON of `{"schema": "envspec.tree/1", "value": [entry, …]}`; an entry is
`[path, "file", executable, sha256]` or `[path, "link", target]`, sorted by path. The digest of a folder is the
SHA-256 of its manifest; that of a file is that of its bytes. Owners, times, other mode bits and empty folders
are not part of it.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.canonical import tagged_preimage_of_texts
from envspec.workspace.ignoring import NEVER, ignored, read_patterns

if TYPE_CHECKING:
    from envspec.workspace.ignore_patterns import Patterns

SCHEMA = "envspec.tree/1"


Identity = tuple[int, int, int, int]
"""Size in bytes, modified and changed in nanoseconds, inode: what a file is known by again."""


class Found(NamedTuple):
    """A file or symbolic link of a folder. `path` is relative, with `/`; `target` is set for a link. A tuple of little:
    ten thousand are made at once."""

    path: str
    where: str
    executable: bool
    identity: Identity
    target: str | None = None

    @property
    def size(self) -> int:
        """In bytes."""
        return self.identity[0]


def found_file(path: str, where: str, status: os.stat_result, target: str | None = None) -> Found:
    """What is found at `where`."""
    identity = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Found(path, where, bool(status.st_mode & stat.S_IXUSR), identity, target)


def walk_source(source: Path, exclude: tuple[str, ...]) -> list[Found]:
    """What is part of a source folder, sorted. A link that leads out of it is an error."""
    return _sorted(_walk([], source, "", exclude, [], honour=True))


def walk_all(folder: Path) -> list[Found]:
    """Everything in a folder of data but `.git` and `.envspec`; links that lead out are followed."""
    return _sorted(_walk([], folder, "", (), [], honour=False))


def _sorted(found: list[Found]) -> list[Found]:
    found.sort(key=itemgetter(0))
    return found


def _walk(
    found: list[Found],
    root: Path,
    prefix: str,
    exclude: tuple[str, ...],
    patterns: list[tuple[int, Patterns]],
    honour: bool,
) -> list[Found]:
    """`found`, with what is below `prefix`."""
    folder = root / prefix if prefix else root
    try:
        with os.scandir(folder) as scanned:
            entries = list(scanned)
        lines = read_patterns(entries) if honour else None
    except OSError as error:
        raise unreadable(error.filename or str(folder), error) from None
    if lines is not None:
        patterns = [*patterns, (len(os.fsencode(prefix)), lines)]
    for entry in entries:
        name = entry.name
        path = prefix + name
        if name in NEVER and (honour or name != "__pycache__"):
            continue
        if path in exclude:
            continue
        is_folder = entry.is_dir(follow_symlinks=False)
        if patterns and ignored(patterns, path, is_folder):
            continue
        if is_folder:
            _walk(found, root, path + "/", exclude, patterns, honour)
        elif entry.is_symlink():
            found.extend(_link(root, path, entry, honour))
        else:
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                raise Failure(
                    Diagnostic(
                        "E1107",
                        f"`{path}` is neither a file nor a folder",
                        help="move it away, or name it in `.envspecignore`",
                    )
                )
            found.append(found_file(path, entry.path, status))
    return found


def _link(root: Path, path: str, entry: os.DirEntry[str], honour: bool) -> Iterator[Found]:
    target = Path(entry.path).readlink().as_posix()
    inside = not target.startswith("/") and not posixpath.normpath(
        posixpath.join(posixpath.dirname(path), target)
    ).startswith("..")
    if inside:
        yield found_file(path, entry.path, entry.stat(follow_symlinks=False), target)
        return
    if honour:
        raise Failure(
            Diagnostic(
                "E1107",
                f"the link `{path}` leads out of the source, to `{target}`",
                help="copy what it leads to, make it an input, or name it in `.envspecignore`",
            )
        )
    try:
        status = entry.stat()
    except OSError as error:
        raise Failure(_unreadable(entry.path, error)) from None
    if stat.S_ISREG(status.st_mode):
        yield found_file(path, entry.path, status)
        return
    there = Path(entry.path).resolve()
    if there == root.resolve() or there in root.resolve().parents:
        raise Failure(Diagnostic("E1107", f"the link `{path}` leads to a folder above itself"))
    for below in walk_all(there):
        yield below._replace(path=f"{path}/{below.path}")


def fingerprint(found: Iterable[Found]) -> str:
    """A hash of all that is known of a folder before a file is read. Raises `OverflowError` for times of other centuries."""
    import hashlib
    from array import array

    texts: list[str] = []
    numbers = array("q")
    for path, where, executable, identity, target in found:
        texts += (path, where) if target is None else (path, where, target)
        numbers.extend(identity)
        numbers.append(2 if target is not None else executable)
    hashed = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass"))
    hashed.update(numbers.tobytes())
    return hashed.hexdigest()


def manifest(found: list[Found], hashes: Mapping[str, str]) -> bytes:
    """The manifest of what was found. `hashes` has the digest of every file by its `where`."""
    entries = [
        [path, "link", target] if target is not None else [path, "file", executable, hashes[where]]
        for path, where, executable, _identity, target in found
    ]
    try:
        return tagged_preimage_of_texts(SCHEMA, entries)
    except UnicodeEncodeError:
        raise Failure(_no_text(found)) from None


def _no_text(found: list[Found]) -> Diagnostic:
    for one in found:
        for what, text in (("name", one.path), ("target of a link", one.target or "")):
            if not is_text(text):
                return Diagnostic(
                    "E1107",
                    f"the {what} `{text!a}` is not UTF-8",
                    help="rename the file, or name it in `.envspecignore`",
                )
    raise AssertionError("every name is text")


def is_text(text: str) -> bool:
    """Whether a path can be written as UTF-8: names of files are bytes, and need not be text."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _unreadable(path: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        "E1107",
        f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}",
        help="give yourself the right to read it, or name it in `.envspecignore`",
    )


def unreadable(path: str, error: OSError) -> Failure:
    return Failure(_unreadable(path, error))
