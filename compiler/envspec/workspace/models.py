"""Registered models: a name, a number, and the digest of what is in the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import Database, now


@frozen
class ModelVersion(Frozen):
    """`run` and `output` say where it comes from, or `path` for a file of the project."""

    name: str
    number: int
    digest: str
    size: int
    run: str
    output: str
    path: str
    framework: str
    description: str
    tags: Mapping[str, str]
    created: str


class Models(Database):
    def register_model(
        self,
        name: str,
        digest: str,
        *,
        size: int = 0,
        run: str = "",
        output: str = "",
        path: str = "",
        framework: str = "",
        description: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> int:
        """The number of this version: the one it has when the name knows the digest, else the next."""
        with self.transaction() as connection:
            known = connection.execute(
                "SELECT number FROM models WHERE name = ? AND digest = ?", (name, digest)
            ).fetchone()
            if known:
                return int(known["number"])
            number = int(
                connection.execute(
                    "SELECT coalesce(max(number), 0) + 1 FROM models WHERE name = ?", (name,)
                ).fetchone()[0]
            )
            connection.execute(
                "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name,
                    number,
                    digest,
                    size,
                    run,
                    output,
                    path,
                    framework,
                    description,
                    json.dumps(dict(tags or {})),
                    now(),
                ),
            )
            return number

    def model(self, name: str, version: int | str | None = None) -> ModelVersion | None:
        """A version by number or digest; without either, the one registered last."""
        query = "SELECT * FROM models WHERE name = ?"
        if version is None:
            row = self.row(query + " ORDER BY number DESC LIMIT 1", (name,))
        else:
            column = "number" if isinstance(version, int) else "digest"
            row = self.row(f"{query} AND {column} = ?", (name, version))
        return _model(row) if row else None

    def models(self, name: str | None = None) -> list[ModelVersion]:
        """All versions, by name, the newest first."""
        where, parameters = ("WHERE name = ?", (name,)) if name is not None else ("", ())
        rows = self.rows(f"SELECT * FROM models {where} ORDER BY name, number DESC", parameters)  # noqa: S608
        return [_model(row) for row in rows]


def _model(row: sqlite3.Row) -> ModelVersion:
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118 - iterating a Row gives its values
    return ModelVersion(**{**values, "tags": json.loads(values["tags"])})
