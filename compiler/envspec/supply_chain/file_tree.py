"""The files of an installed environment, read and never run: a folder, a tar of one, or the layers of an image.

Out comes a `Tree`: path below the folder → `Entry`. What always holds: nothing is unpacked and nothing is executed;
a path never leaves the folder; of the files that say what is installed the content is kept, of all others only the
sha256.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
import tarfile
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from _typeshed import SupportsRead

FILE, LINK, FOLDER, OTHER = "file", "link", "folder", "other"

_KEPT = lazy_pattern(r"|conda-meta/[^/]+\.json|pyvenv\.cfg|(.+/)?[^/]+\.dist-info/(RECORD|METADATA)")
_LARGEST_KEPT = 64 * 1024 * 1024
_PIECE = 1 << 20
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


@frozen
class Entry(Frozen):
    """`sha256` is 64 digits of a file; `target` is where a link points; `content` is kept of what `_KEPT` names,
    and of a file that is itself the whole tree."""

    kind: str
    sha256: str = ""
    target: str = ""
    content: bytes | None = None


Tree = Mapping[str, Entry]


def tree_of_folder(folder: Path) -> Tree:
    """Everything below a folder of this machine."""
    found: dict[str, Entry] = {}
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            relative = path.relative_to(folder).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                found[relative] = Entry(LINK, target=os.readlink(path))  # noqa: PTH115 - as it is written
            elif stat.S_ISDIR(mode):
                found[relative] = Entry(FOLDER)
            elif stat.S_ISREG(mode):
                with path.open("rb") as file:
                    found[relative] = _read(relative, file)
            else:
                found[relative] = Entry(OTHER)
    return found


def tree_of_tar(pieces: Iterable[bytes], folder: str) -> dict[str, Entry]:
    """What a tar has below `folder` (as it names it), or `folder` itself under the empty path."""
    found: dict[str, Entry] = {}
    with tarfile.open(fileobj=_stream(pieces), mode="r|*") as tar:
        for member in tar:
            path = _below(_clean(member.name), folder)
            if path is not None:
                found[path] = _member(tar, member, path, found, folder)
    return found


def add_layer(trees: Mapping[str, dict[str, Entry]], pieces: Iterable[bytes]) -> None:
    """Lays a layer of an image over trees, as the OCI image-spec says it: whiteouts, then what it has.

    `trees` are by folder, absolute without its slash; of a file the entry is under the empty path. A folder above
    that becomes something else takes all away."""
    added: dict[str, dict[str, Entry]] = {folder: {} for folder in trees}
    with tarfile.open(fileobj=_stream(pieces), mode="r|*") as tar:
        for member in tar:
            name = _clean(member.name)
            for folder, tree in trees.items():
                _lay(tar, member, name, folder, tree, added[folder])
    for folder, tree in trees.items():
        for path, entry in added[folder].items():
            if entry.kind != FOLDER and path in tree and tree[path].kind == FOLDER:
                _remove(tree, f"{folder}/{path}".rstrip("/"), folder)
            tree[path] = entry


def _lay(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    name: str,
    folder: str,
    tree: dict[str, Entry],
    added: dict[str, Entry],
) -> None:
    """One member: what it takes away is gone at once, what it brings waits in `added`."""
    parent, _, last = name.rpartition("/")
    if last == _OPAQUE:
        _remove(tree, parent, folder, itself=False)
    elif last.startswith(_WHITEOUT):
        gone = last.removeprefix(_WHITEOUT)
        _remove(tree, f"{parent}/{gone}" if parent else gone, folder)
    elif (path := _below(name, folder)) is not None:
        added[path] = _member(tar, member, path, ChainMap(added, tree), folder)
    elif not member.isdir() and f"{folder}/".startswith(f"{name}/"):
        tree.clear()


def _remove(tree: dict[str, Entry], path: str, folder: str, *, itself: bool = True) -> None:
    """Takes a path, an absolute one without its slash, and all below it out of the tree."""
    if f"{folder}/".startswith(f"{path}/" if path else ""):
        tree.clear()
        return
    relative = _below(path, folder)
    if relative is None:
        return
    for known in [k for k in tree if k.startswith(f"{relative}/") or (itself and k == relative)]:
        del tree[known]


def _member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, path: str, known: Mapping[str, Entry], folder: str
) -> Entry:
    if member.isdir():
        return Entry(FOLDER)
    if member.issym():
        return Entry(LINK, target=member.linkname)
    if member.islnk():  # another name of a file that came before
        first = _below(_clean(member.linkname), folder)
        return Entry(OTHER) if first is None else known.get(first, Entry(OTHER))
    if not member.isreg():
        return Entry(OTHER)
    file = tar.extractfile(member)
    assert file is not None
    return _read(path, file)


def _read(path: str, file: SupportsRead[bytes]) -> Entry:
    digest = hashlib.sha256()
    kept = bytearray()
    wanted = _KEPT.fullmatch(path) is not None
    while piece := file.read(_PIECE):
        digest.update(piece)
        if wanted and len(kept) <= _LARGEST_KEPT:
            kept += piece
    whole = wanted and len(kept) <= _LARGEST_KEPT
    return Entry(FILE, digest.hexdigest(), content=bytes(kept) if whole else None)


def _clean(name: str) -> str:
    """A name in a tar, without what leads nowhere; one that climbs out stays with its `..` and is below nothing."""
    return posixpath.normpath(name.lstrip("/")).removeprefix("./")


def _below(name: str, folder: str) -> str | None:
    """The path below `folder`, empty for the folder itself, None for what is elsewhere."""
    if name == folder:
        return ""
    return name[len(folder) + 1 :] if name.startswith(f"{folder}/") else None


def _stream(pieces: Iterable[bytes]) -> IO[bytes]:
    return cast(IO[bytes], _Pieces(iter(pieces)))


class _Pieces:
    """Pieces of bytes as the file that `tarfile` reads from once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def read(self, size: int) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        given, self._left = self._left[:size], self._left[size:]
        return given
