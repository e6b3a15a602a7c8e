"""The connection to `.envspec/workspace.sqlite`: opening, transactions, and what goes wrong with either.

What always holds: every write is one `BEGIN IMMEDIATE` transaction, so processes wait for each other and
none reads what it then overwrites; a process that dies in one leaves nothing of it. The journal is a WAL, so
readers never wait, but on a folder of the network (`journal`). A writer waits up to 60 seconds for others.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.file_lock import exclusive
from envspec.state_folder import STATE_FOLDER
from envspec.workspace.file_system import Journal
from envspec.workspace.journal import journal_for, settle
from envspec.workspace.migrations import CURRENT, MIGRATIONS, statements

FOLDER = STATE_FOLDER
FILE = "workspace.sqlite"
_WAIT_SECONDS = 60
LARGEST = 2**63 - 1
"""Of SQLite's numbers."""
_WORTH_PAGES, _WORTH_PART = 256, 0.25
"""A database is written anew when so much of it is unused: a megabyte, and a quarter."""


class Database:
    """A connection; the classes that know the tables build on it. `state` is `ROOT/.envspec`."""

    def __init__(self, root: Path, connection: sqlite3.Connection, writable: bool) -> None:
        self.root = root
        self.state = root / FOLDER
        self.writable = writable
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, root: Path) -> Self:
        """The workspace of a project, made when there is none."""
        state = root / FOLDER
        _make_folder(state)
        with _told(state):
            journal = journal_for(state)
            address = f"file:{_quoted(state / FILE)}?mode=rwc"
            if journal is Journal.ROLLBACK:
                # One after the other: while each has the database for itself to look at its journal, nobody could write.
                with _one_at_a_time(state):
                    connection = _connect(address, journal)
                    settle(connection, journal)
            else:
                connection = _connect(address)
            try:
                if _version(connection) != CURRENT:
                    _migrate(connection, state, journal)
                elif (
                    journal is Journal.WAL
                    and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal"
                ):
                    with _one_at_a_time(state):
                        settle(connection, journal)
            except BaseException:
                connection.close()
                raise
        return cls(root, connection, writable=True)

    @classmethod
    def read(cls, root: Path) -> Self | None:
        """The workspace to look at, also where nothing may be written; None when there is none."""
        state = root / FOLDER
        if not (state / FILE).exists():
            return None
        try:
            return cls.open(root)
        except Failure as failure:
            if failure.diagnostics[0].code != "E1101":
                raise
        with _told(state, "read"):
            connection = _connect(
                f"file:{_quoted(state / FILE)}?mode=ro{_alone(state, journal_for(state), may_write=False)}"
            )
            try:
                if _version(connection) != CURRENT:
                    raise Failure(_not_writable(state, "its tables are of an older envspec"))
            except BaseException:
                connection.close()
                raise
        return cls(root, connection, writable=False)

    @classmethod
    def look(cls, root: Path) -> Self:
        """The workspace as it is, with nothing written, not even a lock: to be looked at for a moment. Where there
        is none it is an empty one. Raises `Failure` for one that cannot be read without changing it."""
        state = root / FOLDER
        file = state / FILE
        with _told(state, "read"):
            if not _is_there(file):
                connection = _connect(":memory:")
                for step in MIGRATIONS:
                    for statement in statements(step):
                        connection.execute(statement)
                return cls(root, connection, writable=False)
            connection = _connect(f"file:{_quoted(file)}?mode=ro{_alone(state, journal_for(state))}")
            try:
                found = _version(connection)
                if found != CURRENT:
                    raise Failure(_other_version(found))
            except BaseException:
                connection.close()
                raise
        return cls(root, connection, writable=False)

    def close(self) -> None:
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it or nothing. One inside another is part of it."""
        with self._lock, _told(self.state):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Gives back to the disk what the database has no use for any more, where that is a good part of it. Nothing
        happens while others write, and where the disk has no room to write the database anew."""
        with self._lock, _told(self.state):
            unused, pages = (
                int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("freelist_count", "page_count")
            )
            if unused < _WORTH_PAGES or unused < pages * _WORTH_PART:
                return
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                with suppress(sqlite3.OperationalError):
                    self._connection.execute("VACUUM")
                    self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}")

    def rows(self, query: str, parameters: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """The rows of a query. A name that is no text, as one typed may be, is nowhere, and neither is a number that is
        larger than SQLite's."""
        with self._lock, _told(self.state):
            try:
                return self._connection.execute(query, parameters).fetchall()
            except (UnicodeEncodeError, OverflowError):
                return []

    def row(self, query: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Row | None:
        """The first row of a query."""
        found = self.rows(query, parameters)
        return found[0] if found else None


def now() -> str:
    """The time in UTC as ISO 8601 with milliseconds: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _quoted(path: Path) -> str:
    """Raises `Failure` E1101 for a path that SQLite has no text for, nor a record that would name what is below it."""
    from urllib.parse import quote

    try:
        return quote(str(path.absolute()))
    except UnicodeEncodeError:
        raise Failure(
            Diagnostic(
                "E1101",
                f"the workspace cannot be in `{path.parent}`: a name in its path is not UTF-8",
                help="rename that folder, or move the project to another",
            )
        ) from None


def _make_folder(state: Path) -> None:
    """`.envspec/` with its own ignore file, so that nobody commits it."""
    ignore = state / ".gitignore"
    if ignore.exists():
        return
    try:
        state.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), ignore.open("x", encoding="utf-8", newline="\n") as file:
            file.write("*\n")
    except OSError as error:
        raise Failure(_not_writable(state, (error.strerror or str(error)).lower())) from None


def _alone(state: Path, journal: Journal, *, may_write: bool = True) -> str:
    """What a reader who must write nothing says of a database to SQLite. A WAL that is there means that somebody writes
    now, or was killed: then SQLite has to look at both. Without one nothing changes in the file until somebody is
    done, and opening it plainly would make one. A database with a rollback journal is looked at with its locks."""
    wal = state / f"{FILE}-wal"
    if journal is Journal.ROLLBACK:
        return ""
    if not _is_there(wal):
        return "&immutable=1"
    # An empty one says nothing, and where nothing may be written there is no memory to share for it.
    return "&immutable=1" if not may_write and wal.stat().st_size == 0 else ""


def _connect(uri: str, journal: Journal = Journal.WAL) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    if journal is Journal.ROLLBACK:
        # Before anything that reads: alone with a database SQLite needs no shared memory, not even to see a WAL.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    # A commit of a WAL reaches the disk before it counts: a finished run outlives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _one_at_a_time(state: Path) -> Iterator[None]:
    """For what transactions do not cover: making the tables, and the journal."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive(state / "workspace.lock"))
        except OSError as error:
            raise Failure(_not_writable(state, (error.strerror or str(error)).lower())) from None
        yield


def _migrate(connection: sqlite3.Connection, state: Path, journal: Journal) -> None:
    """Takes the tables to `CURRENT`."""
    with _one_at_a_time(state):
        found = _version(connection)
        if found > CURRENT:
            raise Failure(_other_version(found))
        if found == CURRENT:
            return
        settle(connection, journal)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for step in MIGRATIONS[found:]:
                for statement in statements(step):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {CURRENT}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def _other_version(found: int) -> Diagnostic:
    if found > CURRENT:
        return Diagnostic(
            "E1103",
            f"the workspace has tables of version {found}, this envspec knows {CURRENT}",
            help="use the envspec that wrote it, or a newer one",
        )
    return Diagnostic(
        "E1220",
        f"the workspace has tables of version {found}, and only a command that may write can take them to {CURRENT}",
        help="list what it holds once, with `envspec env list`: that takes them along",
    )


def _is_there(file: Path) -> bool:
    """Unlike `Path.exists`, a folder that may not be looked into is said."""
    try:
        return bool(file.stat())
    except FileNotFoundError:
        return False
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(_not_usable(file.parent, "read", reason)) from None


@contextmanager
def _told(state: Path, done: str = "written") -> Iterator[None]:
    """SQLite's errors as findings."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise Failure(
                Diagnostic(
                    "E1104",
                    f"another process has held the workspace for {_WAIT_SECONDS} seconds",
                    help="wait for it, or end it",
                )
            ) from None
        if any(word in text for word in ("malformed", "no such table", "no such column", "corrupt")):
            raise Failure(_damaged(state, text)) from None
        raise Failure(_not_usable(state, done, text)) from None
    except sqlite3.DatabaseError as error:
        raise Failure(_damaged(state, str(error))) from None


def _not_writable(state: Path, why: str) -> Diagnostic:
    return _not_usable(state, "written", why)


def _not_usable(state: Path, done: str, why: str) -> Diagnostic:
    return Diagnostic(
        "E1101",
        f"the workspace `{state}` cannot be {done}: {why}",
        help="make it a folder that you may write to, on a disk with room",
    )


def _damaged(state: Path, why: str) -> Diagnostic:
    return Diagnostic(
        "E1102",
        f"`{state / FILE}` is not a workspace database: {why}",
        help="move it away; what it remembered is lost, and the next command begins a new one",
    )
