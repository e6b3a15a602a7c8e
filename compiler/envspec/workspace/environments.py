"""Registered versions of environments: `sklearn:3`. Numbers are for people, the version hash is identity."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import Database, now


@frozen
class EnvironmentVersion(Frozen):
    """`definition` and `lock` are JSON texts as they were given."""

    name: str
    number: int
    version_hash: str
    definition: str
    lock: str
    description: str
    tags: Mapping[str, str]
    created: str


class Environments(Database):
    def register_environment(
        self,
        name: str,
        version_hash: str,
        definition: str,
        lock: str,
        description: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> int:
        """The number of this version: the one it has when the name knows the hash, else the next."""
        known = self.row(
            "SELECT number FROM environments WHERE name = ? AND version_hash = ?", (name, version_hash)
        )
        if known:
            return int(known["number"])
        with self.transaction() as connection:
            known = connection.execute(
                "SELECT number FROM environments WHERE name = ? AND version_hash = ?", (name, version_hash)
            ).fetchone()
            if known:
                return int(known["number"])
            number = int(
                connection.execute(
                    "SELECT coalesce(max(number), 0) + 1 FROM environments WHERE name = ?", (name,)
                ).fetchone()[0]
            )
            connection.execute(
                "INSERT INTO environments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name,
                    number,
                    version_hash,
                    definition,
                    lock,
                    description,
                    json.dumps(dict(tags or {})),
                    now(),
                ),
            )
            return number

    def environment(self, name: str, version: int | str | None = None) -> EnvironmentVersion | None:
        """A version by number or by (the beginning of) its hash; the newest without either."""
        query = "SELECT * FROM environments WHERE name = ?"
        if version is None:
            row = self.row(query + " ORDER BY number DESC LIMIT 1", (name,))
        elif isinstance(version, int):
            row = self.row(query + " AND number = ?", (name, version))
        else:
            full = version if version.startswith("sha256:") else f"sha256:{version}"
            rows = self.rows(query + " AND substr(version_hash, 1, ?) = ?", (name, len(full), full))
            row = rows[0] if len(rows) == 1 else None
        return _environment(row) if row else None

    def environments(self, name: str | None = None) -> list[EnvironmentVersion]:
        """All versions, by name, the newest first."""
        where, parameters = ("WHERE name = ?", (name,)) if name is not None else ("", ())
        rows = self.rows(f"SELECT * FROM environments {where} ORDER BY name, number DESC", parameters)  # noqa: S608
        return [_environment(row) for row in rows]

    def tag_environment(self, name: str, number: int, tags: Mapping[str, str]) -> None:
        """Adds tags to a version, or changes them; an empty value takes one away."""
        with self.transaction() as connection:
            row = connection.execute(
                "SELECT tags FROM environments WHERE name = ? AND number = ?", (name, number)
            ).fetchone()
            if row is None:
                raise Failure(
                    Diagnostic(
                        "E1105", f"no environment `{name}:{number}` is registered", help="see `env list`"
                    )
                )
            merged = {**json.loads(row["tags"]), **tags}
            kept = {key: value for key, value in merged.items() if value}
            connection.execute(
                "UPDATE environments SET tags = ? WHERE name = ? AND number = ?",
                (json.dumps(kept), name, number),
            )


def _environment(row: sqlite3.Row) -> EnvironmentVersion:
    return EnvironmentVersion(
        row["name"],
        row["number"],
        row["version_hash"],
        row["definition"],
        row["lock"],
        row["description"],
        json.loads(row["tags"]),
        row["created"],
    )
