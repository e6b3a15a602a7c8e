"""The journal of the workspace's database: a WAL on a disk of this machine, a rollback journal on a folder of the network.

Which one a database has is said by two bytes of its file (https://sqlite.org/fileformat2.html, 1.3.3). They are looked at
before SQLite opens it: opening a database with a WAL is already what must not happen on a network.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.file_system import Journal, file_system_of, journal_on

_VERSIONS = slice(18, 20)
_WAL = b"\x02\x02"


def journal_for(state: Path) -> Journal:
    """The journal that a database in this folder is to have. Raises `Failure` E1109 where none is safe."""
    found = file_system_of(state)
    journal = journal_on(found)
    if journal is Journal.NONE:
        assert found is not None
        raise Failure(
            Diagnostic(
                "E1109",
                f"the workspace `{state}` is on a folder of the network ({found.kind}) whose locks reach no other machine",
                help="keep the project on a disk of this machine, or make `.envspec` a link to a folder on one",
            )
        )
    return journal


def has_wal(file: Path) -> bool | None:
    """Whether the database has a WAL; None for a file that is not there or is empty."""
    try:
        with file.open("rb") as opened:
            header = opened.read(20)
    except FileNotFoundError:
        return None
    return header[_VERSIONS] == _WAL if header else None


def is_other(file: Path, journal: Journal) -> bool:
    """Whether the database has another journal than it is to have: its folder was moved."""
    has = has_wal(file)
    return has is not None and has != (journal is Journal.WAL)


def use(connection: sqlite3.Connection, journal: Journal) -> None:
    """Gives a database its journal. What a WAL has is worked in first. Raises `sqlite3.OperationalError` when another
    process has it open."""
    if journal is Journal.ROLLBACK:
        # Alone with it SQLite needs no shared memory, not even to read the WAL.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    (mode,) = connection.execute(f"PRAGMA journal_mode = {journal.value}").fetchone()
    if journal is Journal.ROLLBACK:
        connection.execute("PRAGMA locking_mode = NORMAL")
        connection.execute("PRAGMA user_version").fetchone()  # only a reading lets go of the lock
    if mode != journal.value:
        raise sqlite3.OperationalError(f"the journal stays `{mode}`: the database is locked")
