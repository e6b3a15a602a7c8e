"""The content-addressed store: `.envspec/store/sha256/ab/cdef…` for files, `.envspec/store/trees/ab/cdef…`
for the manifests of folders (`snapshot`).

What always holds: a name in the store is the SHA-256 of the bytes there; files are read-only; they appear
whole or not at all. A file is never a link to one outside, which its owner may change. Whatever is taken out is
hashed on the way: bytes that a disk or somebody changed are never used. How files come here, and what a power cut leaves
of them, is in `arriving`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.arriving import Arrivals

if TYPE_CHECKING:
    from io import BufferedReader

_CHUNK = 1 << 20
_PREFIX = len("sha256:")
_LISTED = 8
"""Folders are listed that hold at most so many times what is looked for."""
_THREADS = 16
_WORTH_THREADS = 8
"""Files from which on threads are begun."""
_SMALL = 1 << 20
"""Bytes of a file that is read once, into memory."""
_FICLONE = 0x40049409  # linux/fs.h


class Store:
    """`folder` is `.envspec/store`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root, self._files = str(folder), str(folder / "sha256")
        self._arrivals = Arrivals(folder)

    def path(self, digest: str) -> Path:
        """Where the file of `digest` is, or would be."""
        return self._place("sha256", digest)

    def tree_path(self, digest: str) -> Path:
        """Where the manifest of the folder of `digest` is, or would be."""
        return self._place("trees", digest)

    def __contains__(self, digest: str) -> bool:
        return self.path(digest).is_file() or self.tree_path(digest).is_file()

    def held(self, digests: Iterable[str]) -> set[str]:
        """Those of them whose content is here. Of ten thousand files, looking for each takes a quarter of the time of a
        snapshot, so the folders are listed, unless the store holds much more: digests are spread evenly, and the first
        folder tells."""
        wanted: dict[str, list[str]] = {}
        for digest in digests:
            wanted.setdefault(digest[_PREFIX : _PREFIX + 2], []).append(digest)
        found: set[str] = set()
        listing = True
        for folder, some in wanted.items():
            if listing:
                try:
                    names = set(os.listdir(f"{self._files}/{folder}"))  # noqa: PTH208 - the names alone
                except OSError:
                    continue
                found.update([digest for digest in some if digest[_PREFIX + 2 :] in names])
                listing = len(names) <= len(some) * _LISTED
            else:
                found.update([digest for digest in some if self.path(digest).is_file()])
        return found

    def put_files(self, wanted: Sequence[tuple[str, str]]) -> list[str]:
        """Takes copies of files, each with its digest where that is known (of an unchanged file), else empty. A file whose
        digest is known and here is not opened, any other is read; what is here already of that content is not read, but
        trusted. Digests that are found by reading are those of the copies, whatever happens to the files meanwhile. All
        are `durable`. Raises `OSError` with its `filename` for a file that cannot be read: the first of them in order."""
        if len(wanted) < _WORTH_THREADS:
            found = [self._put_file(*one) for one in wanted]
        else:
            from concurrent.futures import ThreadPoolExecutor

            pool = ThreadPoolExecutor(_THREADS)
            try:
                found = list(pool.map(self._put_file, *zip(*wanted, strict=True)))
            finally:
                pool.shutdown(cancel_futures=True)  # of one that cannot be read, or an interruption
        self.durable()
        return found

    def _put_file(self, where: str, digest: str) -> str:
        if digest and self._found(digest):
            return digest
        try:
            with open(where, "rb") as source:  # noqa: PTH123
                data = source.read(_SMALL + 1)
                if len(data) <= _SMALL:
                    return self._put(data, "sha256", trusting=True)
                return self._put_large(source)
        except OSError as error:
            error.filename = error.filename or where
            raise

    def _put_large(self, source: BufferedReader) -> str:
        digest = _digest_of(source)
        if self._found(digest):
            return digest
        source.seek(0)
        with self._arrivals.one() as copy:
            _clone(source, copy.file)
            copy.file.flush()
            digest = digest_of_file(Path(copy.path))
            self._arrivals.settle(copy, str(self.path(digest)))
        return digest

    def put_bytes(self, data: bytes) -> str:
        digest = self._put(data, "sha256")
        self.durable()
        return digest

    def durable(self) -> None:
        """Waits until the disk has the names of all that was put here. Raises `Failure` E1101."""
        self._arrivals.durable()

    def sweep(self) -> None:
        """Takes away what killed processes of this machine left unfinished."""
        self._arrivals.sweep()

    def put_pieces(self, pieces: Iterable[bytes], digest: str, size: int) -> bool:
        """Takes `size` bytes from elsewhere; whether they are those of `digest`: nothing is kept when they are not, and
        no more than `size` is ever written. It is `durable` when the caller has asked for that."""
        import hashlib

        with self._arrivals.one() as arriving:
            found, length = hashlib.sha256(), 0
            for piece in pieces:
                length += len(piece)
                if length > size:
                    return False
                found.update(piece)
                arriving.file.write(piece)
            if length != size or f"sha256:{found.hexdigest()}" != digest:
                return False
            self._arrivals.settle(arriving, str(self.path(digest)))
        return True

    def put_tree(self, manifest: bytes) -> str:
        """Takes the manifest of a folder whose files are here, and `durable`."""
        self.durable()
        digest = self._put(manifest, "trees")
        self.durable()
        return digest

    def verify(self, digest: str) -> None:
        """Reads what is there again; `Failure` (E1106) when it is gone or is not what its name says."""
        for path in (self.path(digest), self.tree_path(digest)):
            if path.is_file():
                if digest_of_file(path) != digest:
                    raise Failure(_changed(path))
                return
        raise Failure(gone(digest))

    def is_whole(self, digest: str) -> bool:
        """Whether the file of `digest` is here, and is what its name says."""
        path = self.path(digest)
        return path.is_file() and digest_of_file(path) == digest

    def copy_to(self, digest: str, place: Path, mode: int) -> None:
        """A copy of its own of the file of `digest`, writable by its owner. Raises `Failure` E1106 when that is gone or
        is not what its name says, and `OSError` for what is wrong with `place`, which may be there then."""
        try:
            source = self.path(digest).open("rb")
        except FileNotFoundError:
            raise Failure(gone(digest)) from None
        with source, place.open("w+b") as target:
            _clone(source, target)
            os.fchmod(target.fileno(), mode)
            target.seek(0)
            import hashlib  # as below

            if hashlib.file_digest(target, "sha256").hexdigest() != digest.removeprefix("sha256:"):
                raise Failure(_changed(self.path(digest)))

    def read_tree(self, digest: str) -> bytes:
        """The manifest of a folder. Raises `Failure` E1106 when it is gone or is not what its name says."""
        try:
            data = self.tree_path(digest).read_bytes()
        except FileNotFoundError:
            raise Failure(gone(digest)) from None
        if digest_of_bytes(data) != digest:
            raise Failure(_changed(self.tree_path(digest)))
        return data

    def _place(self, kind: str, digest: str) -> Path:
        hexadecimal = _hexadecimal(digest)
        return self.folder / kind / hexadecimal[:2] / hexadecimal[2:]

    def _put(self, data: bytes, kind: str, *, trusting: bool = False) -> str:
        """With `trusting` what is here already is not read."""
        digest = digest_of_bytes(data)
        hexadecimal = digest[_PREFIX:]
        place = f"{self._root}/{kind}/{hexadecimal[:2]}/{hexadecimal[2:]}"
        if not os.path.isfile(place) or (not trusting and Path(place).read_bytes() != data):  # noqa: PTH113
            with self._arrivals.one() as arriving:
                arriving.file.write(data)
                self._arrivals.settle(arriving, place)
        else:
            self._arrivals.found(place)
        return digest

    def _found(self, digest: str) -> bool:
        """Whether the content of a file is here; then `durable` waits for its name too."""
        place = self.path(digest)
        found = place.is_file()
        if found:
            self._arrivals.found(str(place))
        return found


def _hexadecimal(digest: str) -> str:
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm != "sha256" or len(hexadecimal) != 64 or hexadecimal.strip("0123456789abcdef"):
        raise ValueError(f"not a digest: {digest!r}")
    return hexadecimal


def _changed(path: Path) -> Diagnostic:
    return Diagnostic(
        "E1106",
        f"the stored content `{path}` was changed",
        help="remove the file; the next run or build stores it again",
    )


def gone(digest: str) -> Diagnostic:
    return Diagnostic(
        "E1106",
        f"the store has no `{digest}`",
        help="run again what made it; the store was pruned or damaged",
    )


def digest_of_file(path: Path) -> str:
    """`sha256:` and 64 digits over the bytes of a file."""
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: BufferedReader) -> str:
    """The same of an open one, from its beginning."""
    import hashlib

    file.seek(0)
    return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_bytes(data: bytes) -> str:
    import hashlib  # with OpenSSL it takes milliseconds, and who lists runs needs none of it

    return "sha256:" + hashlib.sha256(data).hexdigest()


def _clone(source: IO[bytes], target: IO[bytes]) -> None:
    try:
        from fcntl import ioctl

        ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:
        import shutil

        shutil.copyfileobj(source, target, _CHUNK)
