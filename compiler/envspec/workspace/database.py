"""The SQLite database of a project's workspace.

Every change is one transaction, in WAL mode and synced, so that a killed process leaves what was there
before or what was meant, never a half. Numbers are given inside the transaction: two processes never get the
same. A run is recorded before it starts; one whose process is gone without a word is shown as `lost`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.migrations import STEPS

_BUSY_MILLISECONDS = 30_000


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `outcome` is `running`, `succeeded`, `failed`, `timed out` or `lost`; times are seconds since
    the epoch; `folder` is relative to the workspace; `outputs` map names to `sha256:…`."""

    id: str
    name: str
    environment: str
    environment_version: int
    snapshot: str
    command: list[Any]
    inputs: Mapping[str, Any]
    folder: str
    started: float
    ended: float | None
    outcome: str
    status: int | None
    outputs: Mapping[str, str]
    usage: Mapping[str, float]


@dataclass(slots=True)
class Workspace:
    """Open with `Workspace.open`; every method is a transaction of its own."""

    state: Path
    connection: sqlite3.Connection

    @classmethod
    def open(cls, state: Path) -> Workspace:
        """Opens or makes the workspace in the folder `state`. Raises `Failure` E1101, E1102 or E1103."""
        try:
            state.mkdir(parents=True, exist_ok=True)
            ignore = state / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            connection = sqlite3.connect(state / "workspace.db", isolation_level=None)
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            workspace = cls(state, connection)
            workspace._migrate()
        except OSError as error:
            raise _failure("E1101", f"`{state.name}` cannot be written: {(error.strerror or str(error)).lower()}",
                           "make the folder writable") from error  # fmt: skip
        except sqlite3.OperationalError as error:
            raise _failure("E1101", f"`{state.name}/workspace.db` cannot be used: {error}",
                           "make the folder writable, or look who holds the file") from error  # fmt: skip
        except sqlite3.DatabaseError as error:
            raise _failure("E1102", f"`{state.name}/workspace.db` is damaged: {error}",
                           "move it away: versions and runs are then counted anew, nothing else is lost") from error  # fmt: skip
        return workspace

    def _migrate(self) -> None:
        taken = self.connection.execute("PRAGMA user_version").fetchone()[0]
        if taken == len(STEPS):
            return
        if taken > len(STEPS):
            raise _failure("E1103", "the workspace was written by a newer envspec", "use that one here")
        with self._writing():
            taken = self.connection.execute("PRAGMA user_version").fetchone()[0]
            for step in STEPS[taken:]:
                for statement in step.split(";"):
                    if statement.strip():
                        self.connection.execute(statement)
            self.connection.execute(f"PRAGMA user_version = {len(STEPS)}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def register_environment(self, name: str, version_hash: str, definition: str) -> int:
        """The number of this version: the one it has, or the next."""
        known = self._number(name, version_hash)
        if known is not None:
            return known
        with self._writing():
            known = self._number(name, version_hash)
            if known is not None:
                return known
            row = self.connection.execute(
                "SELECT COALESCE(MAX(number), 0) + 1 FROM environment_version WHERE name = ?", (name,)
            ).fetchone()
            self.connection.execute(
                "INSERT INTO environment_version VALUES (?, ?, ?, ?, ?)",
                (name, row[0], version_hash, definition, time.time()),
            )
            return int(row[0])

    def _number(self, name: str, version_hash: str) -> int | None:
        row = self.connection.execute(
            "SELECT number FROM environment_version WHERE name = ? AND hash = ?", (name, version_hash)
        ).fetchone()
        return None if row is None else int(row[0])

    def environments(self) -> list[tuple[str, int, str, float]]:
        """(name, number, hash, created) of every version."""
        return self.connection.execute(
            "SELECT name, number, hash, created FROM environment_version ORDER BY name, number"
        ).fetchall()

    def start_run(
        self,
        name: str,
        environment: str,
        version: int,
        snapshot: str,
        command: list[Any],
        inputs: Mapping[str, Any],
    ) -> str:
        """Records a run that is about to start; gives its id, `NAME-NUMBER`."""
        with self._writing():
            cursor = self.connection.execute(
                "INSERT INTO run (name, environment, environment_version, snapshot, command, inputs, process, "
                "process_started, started) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (name, environment, version, snapshot, json.dumps(command), json.dumps(dict(inputs)), os.getpid(),
                 process_start(os.getpid()), time.time()),
            )  # fmt: skip
            identifier = f"{name}-{cursor.lastrowid}"
            self.connection.execute(
                "UPDATE run SET folder = ? WHERE number = ?", (f"runs/{identifier}", cursor.lastrowid)
            )
        return identifier

    def finish_run(
        self,
        identifier: str,
        outcome: str,
        status: int | None,
        outputs: Mapping[str, str],
        usage: Mapping[str, float],
    ) -> None:
        """Records how a run ended, with its outputs, in one step."""
        with self._writing():
            self.connection.execute(
                "UPDATE run SET outcome = ?, status = ?, outputs = ?, usage = ?, ended = ? WHERE number = ?",
                (outcome, status, json.dumps(dict(outputs)), json.dumps(dict(usage)), time.time(),
                 int(identifier.rpartition("-")[2])),
            )  # fmt: skip

    def runs(self, name: str = "", limit: int = 1000) -> list[RunRecord]:
        """The newest runs first."""
        where, values = ("WHERE name = ?", [name]) if name else ("", [])
        return self._records(f"{where} ORDER BY number DESC LIMIT ?", [*values, limit])

    def run(self, identifier: str) -> RunRecord | None:
        number = identifier.rpartition("-")[2]
        if not number.isdigit():
            return None
        found = self._records("WHERE number = ?", [int(number)])
        return found[0] if found and found[0].id == identifier else None

    def latest_success(self, name: str) -> RunRecord | None:
        found = self._records("WHERE name = ? AND outcome = 'succeeded' ORDER BY number DESC LIMIT 1", [name])
        return found[0] if found else None

    def _records(self, clause: str, values: list[Any]) -> list[RunRecord]:
        columns = (
            "number, name, environment, environment_version, snapshot, command, inputs, folder, started, ended, "
            "outcome, status, outputs, usage, process, process_started"
        )
        rows = self.connection.execute(f"SELECT {columns} FROM run {clause}", values)  # noqa: S608 - our own words
        return [_record(row) for row in rows]


def _record(row: tuple[Any, ...]) -> RunRecord:
    outcome = row[10]
    if outcome == "running" and process_start(row[14]) != row[15]:
        outcome = "lost"
    return RunRecord(
        f"{row[1]}-{row[0]}", row[1], row[2], row[3], row[4], json.loads(row[5]), json.loads(row[6]), row[7], row[8],
        row[9], outcome, row[11], json.loads(row[12]), json.loads(row[13]),
    )  # fmt: skip


def process_start(process: int) -> str:
    """When a process started, as the system counts it; empty when there is none. With the number it names a
    process for good, since numbers are used again."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
        return stat.rpartition(")")[2].split()[19]
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except OSError:
        return ""
    return "unknown"


def _failure(code: str, message: str, help_text: str) -> Failure:
    return Failure(Diagnostic(code, message, help=help_text))
