"""What lies on top of a registered version: labels, tags, a description, and whether it is archived.

A label is at one version of its name, and moves. Each command is one transaction: all of it holds, or nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.connection import Database, now


class EnvironmentMarks(Database):
    def mark_environment(
        self,
        name: str,
        number: int,
        *,
        labels: Collection[str] = (),
        unlabel: Collection[str] = (),
        tags: Mapping[str, str] | None = None,
        description: str | None = None,
    ) -> dict[str, int]:
        """Puts labels on a version, from where they are now, and takes those of `unlabel` off it; adds tags or changes
        them, where an empty value takes one away. The labels that were at another version, with its number."""
        with self.transaction() as connection:
            row = _row(connection, name, number)
            moved = {}
            for label in unlabel:
                done = connection.execute(
                    "DELETE FROM environment_labels WHERE name = ? AND label = ? AND number = ?",
                    (name, label, number),
                )
                if not done.rowcount:
                    raise Failure(
                        Diagnostic(
                            "E1105", f"`{name}:{number}` has no label `{label}`", help="see `env show`"
                        )
                    )
            for label in labels:
                at = connection.execute(
                    "SELECT number FROM environment_labels WHERE name = ? AND label = ?", (name, label)
                ).fetchone()
                if at is not None and at["number"] == number:
                    continue
                if at is not None:
                    moved[label] = int(at["number"])
                connection.execute(
                    "INSERT OR REPLACE INTO environment_labels VALUES (?, ?, ?, ?)",
                    (name, label, number, now()),
                )
            kept = {key: value for key, value in {**json.loads(row["tags"]), **(tags or {})}.items() if value}
            connection.execute(
                "UPDATE environments SET tags = ?, description = ? WHERE name = ? AND number = ?",
                (json.dumps(kept), row["description"] if description is None else description, name, number),
            )
        return moved

    def archive_environment(self, name: str, number: int | None = None) -> bool:
        """Hides a version, or without a number the name with all its versions, those to come too; whether it was not
        hidden so before."""
        with self.transaction() as connection:
            row = _row(connection, name, number)
            if number is None:
                done = connection.execute(
                    "INSERT OR IGNORE INTO archived_environments VALUES (?, ?)", (name, now())
                )
                return bool(done.rowcount)
            connection.execute(
                "UPDATE environments SET archived = ? WHERE name = ? AND number = ? AND archived = ''",
                (now(), name, number),
            )
            return not row["archived"]

    def restore_environment(self, name: str, number: int | None = None) -> bool:
        """Shows a version again, or without a number the name: what of it was archived by itself stays so. Whether it
        was hidden so."""
        with self.transaction() as connection:
            row = _row(connection, name, number)
            if number is None:
                done = connection.execute("DELETE FROM archived_environments WHERE name = ?", (name,))
                return bool(done.rowcount)
            connection.execute(
                "UPDATE environments SET archived = '' WHERE name = ? AND number = ?", (name, number)
            )
            return bool(row["archived"])

    def is_name_archived(self, name: str) -> bool:
        return self.row("SELECT 1 FROM archived_environments WHERE name = ?", (name,)) is not None


def _row(connection: sqlite3.Connection, name: str, number: int | None) -> sqlite3.Row:
    """The version, or the newest of the name. Raises `Failure` E1105."""
    which, parameters = ("AND number = ?", (name, number)) if number is not None else ("", (name,))
    row: sqlite3.Row | None = connection.execute(
        f"SELECT * FROM environments WHERE name = ? {which} ORDER BY number DESC LIMIT 1",  # noqa: S608
        parameters,
    ).fetchone()
    if row is None:
        what = name if number is None else f"{name}:{number}"
        raise Failure(Diagnostic("E1105", f"no environment `{what}` is registered", help="see `env list`"))
    return row
