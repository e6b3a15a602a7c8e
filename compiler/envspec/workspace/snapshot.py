"""Snapshots of sources, digests of inputs and outputs, and folders made from either.

A file whose size, times and inode are those of last time is not read again (`file_hashes`). An entry is kept
only for a file that had not been touched for a while when it was read: one written in the same tick of the
clock could change unseen. A folder in which all files are so is not looked up file by file (`folder_digests`).
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.arriving import not_writable
from envspec.workspace.connection import Database
from envspec.workspace.source_size import Limits, check_size
from envspec.workspace.store import Store, digest_of_bytes, digest_of_file, gone
from envspec.workspace.trees import (
    SCHEMA,
    Found,
    fingerprint,
    found_file,
    is_text,
    manifest,
    unreadable,
    walk_all,
    walk_source,
)

if TYPE_CHECKING:
    import sqlite3

_SETTLED_NS = 2_000_000_000
_AT_ONCE = 500
_MORE = 3
"""So many times what is asked for is read of what lies between."""
_KNOWN = "SELECT path, size, mtime_ns, ctime_ns, inode, sha256 FROM file_hashes WHERE path "


@frozen
class Snapshot(Frozen):
    """`files` counts files and links, `size` their bytes."""

    digest: str
    files: int
    size: int


class Snapshots(Database):
    @property
    def store(self) -> Store:
        return Store(self.state / "store")

    def snapshot(
        self, source: Path, exclude: Iterable[str] = (), *, limits: Limits | None = None
    ) -> Snapshot:
        """Stores a source folder. `exclude` are paths relative to it (`outputs`), with `/`. Raises `Failure` E1116, before
        anything is read, for one beyond the limits."""
        return self._store_tree(source, self._source(source, tuple(p.strip("/") for p in exclude), limits))

    def source_digest(self, source: Path, *, limits: Limits | None = None) -> str:
        """The digest that `snapshot` would give, without storing anything."""
        return self._digest(source, self._source(source, (), limits))

    def _source(self, source: Path, exclude: tuple[str, ...], limits: Limits | None) -> list[Found]:
        found = walk_source(source, exclude)
        if limits is not None:
            check_size(found, limits, os.path.relpath(source, self.root))
        return found

    def source_hashes(self, source: Path, *, limits: Limits | None = None) -> dict[str, tuple[str, bool]]:
        """The regular files of a source folder, links to files among them: path → digest, executable or not."""
        found = self._source(source, (), limits)
        hashes = self._hashes(found, keep=False)
        contents = {}
        for one in found:
            path = Path(one.where)
            if one.target is None:
                contents[one.path] = hashes[one.where], one.executable
            elif path.is_file():
                contents[one.path] = self.tree_digest(path), bool(path.stat().st_mode & stat.S_IXUSR)
        return contents

    def put(self, path: Path) -> Snapshot:
        """Stores a file or a whole folder: an output, a model."""
        if path.is_dir():
            return self._store_tree(path, walk_all(path))
        found = _one(path)
        digest = self._hashes([found], keep=True)[found.where]
        return Snapshot(digest, 1, found.size)

    def tree_digest(self, path: Path) -> str:
        """The digest that `put` would give, without storing anything."""
        if not path.is_dir():
            found = _one(path)
            return self._hashes([found], keep=False)[found.where]
        return self._digest(path, walk_all(path))

    def _digest(self, folder: Path, found: list[Found]) -> str:
        def digest() -> str:
            return digest_of_bytes(manifest(found, self._hashes(found, keep=False)))

        return self._known_folder(folder, found, lambda _known: True) or self._learned(folder, found, digest)

    def materialize(self, digest: str, target: Path) -> None:
        """Makes the file or folder of `digest` at `target`, which must not exist. It appears whole."""
        if target.exists() or target.is_symlink():
            raise FileExistsError(str(target))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if self.store.tree_path(digest).is_file():
                self._materialize_tree(digest, target)
            elif self.store.path(digest).is_file():
                self._materialize_file(digest, target)
            else:
                raise Failure(gone(digest))
        except OSError as error:
            raise Failure(not_writable(target, error)) from None

    def _materialize_tree(self, digest: str, target: Path) -> None:
        import shutil
        import tempfile

        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            self._fill(digest, temporary)
            temporary.chmod(0o755)
            temporary.rename(target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def _materialize_file(self, digest: str, target: Path) -> None:
        import tempfile

        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(descriptor)
        try:
            self.store.copy_to(digest, Path(name), 0o644)
            Path(name).rename(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def entries(self, digest: str) -> list[list[object]]:
        """The entries of a stored folder's manifest."""
        document = json.loads(self.store.read_tree(digest))
        if document.get("schema") != SCHEMA:
            raise Failure(Diagnostic("E1106", f"`{digest}` is not the manifest of a folder"))
        entries: list[list[object]] = document["value"]
        return entries

    def _fill(self, digest: str, target: Path) -> None:
        made: set[str] = set()
        for path, kind, *rest in self.entries(digest):
            parts = str(path).split("/")
            if "" in parts or ".." in parts or "." in parts:
                raise Failure(Diagnostic("E1106", f"`{digest}` names a path outside itself"))
            parent = "/".join(parts[:-1])
            if parent and parent not in made:
                (target / parent).mkdir(parents=True, exist_ok=True)
                made.add(parent)
            place = target.joinpath(*parts)
            if kind == "link":
                place.symlink_to(str(rest[0]))
                continue
            self.store.copy_to(str(rest[1]), place, 0o755 if rest[0] else 0o644)

    def _store_tree(self, folder: Path, found: list[Found]) -> Snapshot:
        def digest() -> str:
            return self.store.put_tree(manifest(found, self._hashes(found, keep=True)))

        known = self._known_folder(folder, found, self._holds_tree) or self._learned(folder, found, digest)
        return Snapshot(known, len(found), sum(one.size for one in found if one.target is None))

    def _known_folder(self, folder: Path, found: list[Found], counts: Callable[[str], bool]) -> str:
        """The digest of a folder in which nothing was touched since it was hashed, if it `counts`; else empty."""
        row = self.row("SELECT found, digest FROM folder_digests WHERE path = ?", (str(folder.absolute()),))
        if row is not None and row["found"] == _fingerprint(found) and counts(row["digest"]):
            return str(row["digest"])
        return ""

    def _holds_tree(self, digest: str) -> bool:
        """Whether all of a folder is in the store."""
        try:
            files = {str(entry[3]) for entry in self.entries(digest) if entry[1] == "file"}
        except Failure:
            return False
        return len(self.store.held(files)) == len(files)

    def _learned(self, folder: Path, found: list[Found], digest_of: Callable[[], str]) -> str:
        """The digest of a folder, which is remembered where all in it is at rest, as one written now may change unseen."""
        settled = time.time_ns() - _SETTLED_NS
        digest = digest_of()
        path = str(folder.absolute())
        at_rest = all(max(one.identity[1:3]) < settled for one in found)
        if at_rest and self.writable and is_text(path) and (whole := _fingerprint(found)) is not None:
            with suppress(Failure), self.transaction() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO folder_digests VALUES (?, ?, ?)",
                    (path, whole, digest),
                )
        return digest

    def _hashes(self, found: list[Found], keep: bool) -> dict[str, str]:
        """The digest of every file, by `where`; with `keep`, each is in the store afterwards."""
        known = self._known(found)
        store = self.store
        held = store.held(known.values()) if keep else set(known.values())
        hashes: dict[str, str] = {}
        fresh: list[tuple[object, ...]] = []
        settled = time.time_ns() - _SETTLED_NS
        changed: list[Found] = []
        for one in found:
            if one.target is not None:
                continue
            digest = known.get(one.where, "")
            if digest in held:
                hashes[one.where] = digest
            else:
                changed.append(one)
        try:
            if keep:
                digests = store.put_files([(one.where, known.get(one.where, "")) for one in changed])
            else:
                digests = [_digest_of(one.where) for one in changed]
        except OSError as error:
            raise unreadable(str(error.filename), error) from None
        for (_path, where, _executable, identity, _target), digest in zip(changed, digests, strict=True):
            hashes[where] = digest
            if where not in known and is_text(where) and max(identity[1:3]) < settled:
                fresh.append((where, *identity, digest))
        if fresh and self.writable:
            with suppress(Failure, OverflowError), self.transaction() as connection:
                connection.executemany("INSERT OR REPLACE INTO file_hashes VALUES (?, ?, ?, ?, ?, ?)", fresh)
        return hashes

    def _known(self, found: list[Found]) -> dict[str, str]:
        """Digests of those files that have not been touched since they were hashed."""
        rows = self._rows_of([one.where for one in found if one.target is None and is_text(one.where)])
        return {
            where: row[5]
            for _path, where, _executable, identity, _target in found
            if (row := rows.get(where)) is not None and row[1:5] == identity
        }

    def _rows_of(self, paths: list[str]) -> dict[str, sqlite3.Row]:
        """What is kept of these paths, and maybe of more. Most are asked for with all of a folder: then what lies between
        the first and the last is read in one go, where that is not much more."""
        if not paths:
            return {}
        between = (min(paths), max(paths), _MORE * len(paths))
        rows = self.rows(f"{_KNOWN}BETWEEN ? AND ? LIMIT ?", between)
        if len(rows) == between[-1]:
            parts = (paths[first : first + _AT_ONCE] for first in range(0, len(paths), _AT_ONCE))
            rows = [
                row
                for part in parts
                for row in self.rows(f"{_KNOWN}IN ({','.join('?' * len(part))})", tuple(part))
            ]
        return {row[0]: row for row in rows}


def _fingerprint(found: list[Found]) -> str | None:
    """None where there is none: nothing is the same as that."""
    try:
        return fingerprint(found)
    except OverflowError:
        return None


def _digest_of(where: str) -> str:
    try:
        return digest_of_file(Path(where))
    except OSError as error:
        error.filename = error.filename or where
        raise


def _one(path: Path) -> Found:
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(str(path), error) from None
    if not stat.S_ISREG(status.st_mode):
        raise Failure(Diagnostic("E1107", f"`{path}` is neither a file nor a folder"))
    return found_file(path.name, str(path.absolute()), status)
