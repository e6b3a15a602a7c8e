"""The content-addressed store: `.envspec/store/sha256/ab/cdef…` for files, `.envspec/store/trees/ab/cdef…`
for the manifests of folders (`snapshot`).

What always holds: a name in the store is the SHA-256 of the bytes there; files are read-only; they appear
whole or not at all. A file is never a link to one outside, which its owner may change. Whatever is taken out is
hashed on the way: bytes that a disk or somebody changed are never used.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from envspec.diagnostics import Diagnostic, Failure

_CHUNK = 1 << 20
_OLD_SECONDS = 3600
_PREFIX = len("sha256:")
_LENGTH = _PREFIX + 64
_LISTED = 8
"""A folder is listed when it holds at most so many times what is looked for."""
_FICLONE = 0x40049409  # linux/fs.h


class Store:
    """`folder` is `.envspec/store`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = str(folder / "sha256")

    def path(self, digest: str) -> Path:
        """Where the file of `digest` is, or would be."""
        return self._place("sha256", digest)

    def tree_path(self, digest: str) -> Path:
        """Where the manifest of the folder of `digest` is, or would be."""
        return self._place("trees", digest)

    def __contains__(self, digest: str) -> bool:
        return self.path(digest).is_file() or self.tree_path(digest).is_file()

    def held(self, digests: Iterable[str]) -> set[str]:
        """Those of them whose content is here."""
        wanted: dict[str, dict[str, str]] = {}
        for digest in digests:
            if len(digest) == _LENGTH and digest[_PREFIX:].isalnum():
                wanted.setdefault(digest[_PREFIX : _PREFIX + 2], {})[digest[_PREFIX + 2 :]] = digest
        found: set[str] = set()
        for folder, names in wanted.items():
            found.update(names[name] for name in _present(f"{self._files}/{folder}", names))
        return found

    def put_file(self, path: Path, digest: str = "") -> str:
        """Takes a copy of a file; its digest. With `digest` known (from an unchanged file) and the content
        here, nothing is read. The digest is that of the copy, whatever happens to the file meanwhile."""
        if not digest:
            digest = digest_of_file(path)
        if self.path(digest).is_file():
            return digest
        with path.open("rb") as source, self._arriving() as (temporary, target):
            _clone(source, target)
            target.flush()
            found = digest_of_file(temporary)
            self._settle(temporary, target, self.path(found))
        return found

    def put_bytes(self, data: bytes) -> str:
        return self._put(data, "sha256")

    def put_pieces(self, pieces: Iterable[bytes], digest: str, size: int) -> bool:
        """Takes `size` bytes from elsewhere; whether they are those of `digest`: nothing is kept when they are not, and
        no more than `size` is ever written."""
        import hashlib

        with self._arriving() as (temporary, target):
            found, length = hashlib.sha256(), 0
            for piece in pieces:
                length += len(piece)
                if length > size:
                    return False
                found.update(piece)
                target.write(piece)
            if length != size or f"sha256:{found.hexdigest()}" != digest:
                return False
            self._settle(temporary, target, self.path(digest))
        return True

    def sweep(self) -> None:
        """Takes away what killed processes of this machine left unfinished. What was written to within the hour stays:
        it may be of a container that is called like this machine, whose processes are not seen from here."""
        from envspec.workspace.processes import lives, this_host

        with suppress(OSError):
            for left in list((self.folder / "arriving").iterdir()):
                host, _, rest = left.name.rpartition("@")
                pid = rest.partition(".")[0]
                old = time.time() - left.stat().st_mtime > _OLD_SECONDS
                if old and host == this_host() and pid.isdecimal() and not lives(host, int(pid), ""):
                    left.unlink()

    def put_tree(self, manifest: bytes) -> str:
        """Takes the manifest of a folder whose files are here."""
        return self._put(manifest, "trees")

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

    def _put(self, data: bytes, kind: str) -> str:
        digest = digest_of_bytes(data)
        place = self._place(kind, digest)
        if not place.is_file() or place.read_bytes() != data:
            with self._arriving() as (temporary, target):
                target.write(data)
                self._settle(temporary, target, place)
        return digest

    @contextmanager
    def _arriving(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file inside the store, gone unless it settles."""
        import tempfile

        from envspec.workspace.processes import this_host

        arriving = self.folder / "arriving"
        temporary: Path | None = None
        try:
            arriving.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=arriving, prefix=f"{this_host()}@{os.getpid()}.")
            temporary = Path(name)
            with os.fdopen(descriptor, "wb") as target:
                yield temporary, target
        except OSError as error:
            raise Failure(not_writable(self.folder, error)) from None
        finally:
            if temporary is not None:
                with suppress(OSError):
                    temporary.unlink()

    def _settle(self, temporary: Path, target: BinaryIO, place: Path) -> None:
        target.flush()
        os.fchmod(target.fileno(), 0o444)
        os.fsync(target.fileno())
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(place)


def _present(folder: str, names: Mapping[str, str]) -> Iterable[str]:
    """Those of the names that are in a folder. One that holds not many more is listed: of ten thousand files, looking for
    each takes a third of the time of a snapshot."""
    most = len(names) * _LISTED
    try:
        with os.scandir(folder) as entries:
            there = {entry.name for entry in islice(entries, most + 1)}
    except FileNotFoundError:
        return ()
    if len(there) <= most:
        return there & names.keys()
    return [name for name in names if os.path.isfile(f"{folder}/{name}")]  # noqa: PTH113 - no `Path` for each


def _hexadecimal(digest: str) -> str:
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm != "sha256" or len(hexadecimal) != 64 or hexadecimal.strip("0123456789abcdef"):
        raise ValueError(f"not a digest: {digest!r}")
    return hexadecimal


def not_writable(place: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        "E1101",
        f"`{place}` cannot be written: {(error.strerror or str(error)).lower()}",
        help="make it a folder that you may write to, on a disk with room",
    )


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
    import hashlib

    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_bytes(data: bytes) -> str:
    import hashlib  # with OpenSSL it takes milliseconds, and who lists runs needs none of it

    return "sha256:" + hashlib.sha256(data).hexdigest()


def _clone(source: BinaryIO, target: BinaryIO) -> None:
    try:
        from fcntl import ioctl

        ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:
        import shutil

        shutil.copyfileobj(source, target, _CHUNK)
