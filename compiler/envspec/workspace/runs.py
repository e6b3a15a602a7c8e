"""Runs: recorded before they start, finished in one transaction, forgotten only when somebody asks for that.

A run whose recorder died is shown as `lost`; nothing is written for that, so a recorder that was only
unreachable can still finish it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import LARGEST, Database, now
from envspec.workspace.processes import lives, start_of, this_host

OUTCOMES = frozenset({"success", "failed", "timed-out", "cancelled"})


@frozen
class RunRecord(Frozen):
    """`name` is the id of the run or cell in the spec, `id` this one's own (`train-17`). `outcome` is
    `running`, `lost` or one of `OUTCOMES`; `status` the program's exit status. `inputs` and `outputs` map
    names to `{"path", "digest", …}`; times are ISO 8601 in UTC."""

    number: int
    id: str
    name: str
    cell: Mapping[str, object]
    environment: str
    environment_number: int | None
    definition: str
    key: str
    snapshot: str
    inputs: Mapping[str, object]
    git: Mapping[str, object]
    engine: str
    log: str
    started: str
    finished: str | None
    outcome: str
    status: int | None
    outputs: Mapping[str, object]
    usage: Mapping[str, float]
    pid: int


class Runs(Database):
    def start_run(
        self,
        name: str,
        *,
        key: str,
        definition: str,
        cell: Mapping[str, object] | None = None,
        environment: str = "",
        environment_number: int | None = None,
        snapshot: str = "",
        inputs: Mapping[str, object] | None = None,
        git: Mapping[str, object] | None = None,
        engine: str = "",
        log: str = "",
    ) -> str:
        """Records a run that this process is about to start; its id. `{id}` in `log` stands for the id."""
        pid = os.getpid()
        with self.transaction() as connection:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchone()
            number = (int(row[0]) if row else 0) + 1
            run_id = f"{name}-{number}"
            connection.execute(
                "INSERT INTO runs (number, id, name, cell, environment, environment_number, definition, key, "
                "snapshot, inputs, git, engine, log, started, host, pid, pid_started) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    run_id,
                    name,
                    json.dumps(dict(cell or {})),
                    environment,
                    environment_number,
                    definition,
                    key,
                    snapshot,
                    json.dumps(dict(inputs or {})),
                    json.dumps(dict(git or {})),
                    engine,
                    log.replace("{id}", run_id),
                    now(),
                    this_host(),
                    pid,
                    start_of(pid),
                ),
            )
        return run_id

    def finish_run(
        self,
        run_id: str,
        outcome: str,
        status: int | None = None,
        outputs: Mapping[str, object] | None = None,
        usage: Mapping[str, float] | None = None,
    ) -> None:
        """Records the end of a run, once: what a run came to is never changed."""
        if outcome not in OUTCOMES:
            raise ValueError(f"not an outcome: {outcome}")
        with self.transaction() as connection:
            changed = connection.execute(
                "UPDATE runs SET finished = ?, outcome = ?, status = ?, outputs = ?, usage = ? "
                "WHERE id = ? AND finished IS NULL",
                (
                    now(),
                    outcome,
                    status,
                    json.dumps(dict(outputs or {})),
                    json.dumps(dict(usage or {})),
                    run_id,
                ),
            ).rowcount
            if not changed:
                raise Failure(
                    Diagnostic("E1105", f"no run `{run_id}` is waiting to finish", help="see `runs list`")
                )

    def run(self, run_id: str) -> RunRecord | None:
        """A run by its id, or by its number alone."""
        row = self.row("SELECT * FROM runs WHERE id = ?", (run_id,))
        if row is None and run_id.isascii() and run_id.isdigit() and len(run_id) < 19:
            row = self.row("SELECT * FROM runs WHERE number = ?", (int(run_id),))
        return _run(row) if row else None

    def runs(self, name: str | None = None, limit: int = 50) -> list[RunRecord]:
        """The newest first; all of them where `limit` is -1."""
        where, parameters = ("WHERE name = ?", (name,)) if name is not None else ("", ())
        rows = self.rows(
            f"SELECT * FROM runs {where} ORDER BY number DESC LIMIT ?",  # noqa: S608 - no text from outside
            (*parameters, min(limit, LARGEST)),
        )
        return [_run(row) for row in rows]

    def count_runs(self, name: str | None = None) -> int:
        where, parameters = ("WHERE name = ?", (name,)) if name is not None else ("", ())
        row = self.row(f"SELECT count(*) FROM runs {where}", parameters)  # noqa: S608 - no text from outside
        return 0 if row is None else int(row[0])

    def run_names(self) -> list[str]:
        return [row["name"] for row in self.rows("SELECT DISTINCT name FROM runs ORDER BY name")]

    def latest_run(self, name: str, key: str) -> RunRecord | None:
        """The newest run of `name` that succeeded with exactly what `key` is the hash of."""
        row = self.row(
            "SELECT * FROM runs WHERE name = ? AND key = ? AND outcome = 'success' ORDER BY number DESC LIMIT 1",
            (name, key),
        )
        return _run(row) if row else None

    def latest_output(self, name: str, output: str) -> str | None:
        """The digest of an output of the newest run of `name` that succeeded and has it."""
        rows = self.rows(
            "SELECT outputs FROM runs WHERE name = ? AND outcome = 'success' ORDER BY number DESC", (name,)
        )
        for row in rows:
            entry = json.loads(row["outputs"]).get(output)
            if entry:
                return str(entry["digest"])
        return None

    def maker_of(self, digest: str, before: int) -> str:
        """The id of the first run that left this, when it has a smaller number; empty when none has."""
        if not digest:
            return ""
        row = self.row(
            "SELECT id FROM runs WHERE number < ? AND instr(outputs, ?) > 0 ORDER BY number LIMIT 1",
            (before, digest),
        )
        return "" if row is None else str(row["id"])

    def forget_run(self, run_id: str) -> None:
        """Takes a run out of the workspace; what it stored stays until it is pruned."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))


def _run(row: sqlite3.Row) -> RunRecord:
    outcome = row["outcome"]
    if outcome == "running" and not lives(row["host"], row["pid"], row["pid_started"]):
        outcome = "lost"
    return RunRecord(
        row["number"],
        row["id"],
        row["name"],
        json.loads(row["cell"]),
        row["environment"],
        row["environment_number"],
        row["definition"],
        row["key"],
        row["snapshot"],
        json.loads(row["inputs"]),
        json.loads(row["git"]),
        row["engine"],
        row["log"],
        row["started"],
        row["finished"],
        outcome,
        row["status"],
        json.loads(row["outputs"]),
        json.loads(row["usage"]),
        row["pid"],
    )
