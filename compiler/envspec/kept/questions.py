"""The questions that a result may depend on, and their answers as short texts.

`QUESTIONS` is the table. A path is asked about as it is on this machine; a folder is asked about as a list of the
`.envspec` files below it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from envspec.plain_file import read_plain

try:
    from _blake2 import blake2b  # what hashlib gives, without OpenSSL, which takes longer to load than we run
except ImportError:
    from hashlib import blake2b

SUFFIX = ".envspec"
_SKIPPED = frozenset({"node_modules", "__pycache__"})


def digest(data: bytes) -> str:
    """The digest that answers are made of: BLAKE2b, 32 bytes in hexadecimal."""
    return blake2b(data, digest_size=32).hexdigest()


def content(path: str, _root: str = "") -> str:
    """The digest of a file's content, or why it has none."""
    try:
        return digest(read_plain(path))
    except OSError as error:
        return f"error {type(error).__name__}"


def leaves(path: str, root: str) -> str:
    """Whether a path leaves the root by a symbolic link."""
    real, inside = os.path.realpath(path), os.path.realpath(root)
    return str(real != inside and not real.startswith(inside.rstrip(os.sep) + os.sep))


def spec_files(folder: str, left: list[int] | None = None) -> Iterator[str]:
    """Every `.envspec` file below a folder but hidden ones, sorted folder by folder; links are not followed. `left` has how
    many folders may be looked into, and is counted down; all of them without it."""
    if left is not None:
        if left[0] <= 0:
            return
        left[0] -= 1
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    folders = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(".") and entry.name not in _SKIPPED:
                folders.append(entry.path)
        elif entry.name.endswith(SUFFIX) and entry.name != SUFFIX and not _is_folder(entry):
            yield entry.path
    for inner in folders:
        yield from spec_files(inner, left)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def listing(folder: str, _root: str = "") -> str:
    """The digest of the names of all `.envspec` files below a folder."""
    return digest("\0".join(spec_files(folder)).encode("utf-8", "surrogateescape"))


QUESTIONS: Mapping[str, Callable[[str, str], str]] = {
    "read": content,
    "entry": content,
    "is_file": lambda path, _root: str(os.path.isfile(path)),  # noqa: PTH113
    "is_dir": lambda path, _root: str(os.path.isdir(path)),  # noqa: PTH112
    "exists": lambda path, _root: str(os.path.exists(path)),  # noqa: PTH110
    "leaves": leaves,
    "specs": listing,
}
"""Question → its answer for a path and the root of the project."""


def still_true(root: str, answers: Iterable[tuple[str, str]], known: dict[str, str]) -> bool:
    """Whether asking again gives the same answers. A question is `read src/train.py`, its path relative to
    `root`; `known` keeps the answers for the next who asks, by question and whole path."""
    for question, answer in answers:
        kind, _, relative = question.partition(" ")
        path = os.path.join(root, relative)  # noqa: PTH118
        key = f"{kind} {path}"
        now = known.get(key)
        if now is None:
            ask = QUESTIONS.get(kind)
            if ask is None:
                return False
            now = known[key] = ask(path, root)
        if now != answer:
            return False
    return True
