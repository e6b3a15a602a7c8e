"""The journal of the workspace's database: a WAL on a disk of this machine, a rollback journal on a folder of the network.

Nobody but SQLite ever opens the database: closing any descriptor of a file lets go of all the locks that a process has on
it (fcntl(2)), so looking at a byte of it would take away those of another connection, and then another process takes
away the WAL that this one still writes to.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.file_system import Journal, file_system_of, journal_on


def journal_for(state: Path) -> Journal:
    """The journal that a database in this folder is to have. Raises `Failure` E1109 where none is safe."""
    found = file_system_of(state)
    journal = journal_on(found)
    if journal is Journal.NONE:
        assert found is not None
        raise Failure(
            Diagnostic(
                "E1109",
                f"the workspace `{state}` is on a file system ({found.kind}) where locks do not keep machines apart",
                help="keep the project on a disk of this machine, or on NFS or SMB with locks",
            )
        )
    return journal


def settle(connection: sqlite3.Connection, journal: Journal) -> None:
    """Gives a database the journal that it is to have, where it has another: its folder was moved. What a WAL has is
    worked in first. For a rollback journal the connection has the database for itself until this is over. Raises
    `sqlite3.OperationalError` when another process has it open."""
    try:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != journal.value:
            (mode,) = connection.execute(f"PRAGMA journal_mode = {journal.value}").fetchone()
    finally:
        if journal is Journal.ROLLBACK:
            connection.execute("PRAGMA locking_mode = NORMAL")
            connection.execute("PRAGMA user_version").fetchone()  # only a reading lets go of the lock
    if mode != journal.value:
        raise sqlite3.OperationalError(f"the journal stays `{mode}`: the database is locked")
