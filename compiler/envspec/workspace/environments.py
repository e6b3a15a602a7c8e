"""Registered versions of environments: `sklearn:3`. Numbers are for people, the version hash is identity.

A version is never changed, and taken away only by `workspace.pruned`: its definition and lock stay, and its number does
unless a registry that it is pushed to has another thing under it (`workspace.shared`). Labels, tags, a description and
whether it is archived lie on top of it (`workspace.environment_marks`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import Database, now


@frozen
class EnvironmentVersion(Frozen):
    """`definition` and `lock` are JSON texts as they were given; empty in a list, which does without. `archived` is when
    the version or its name was, empty while neither is."""

    name: str
    number: int
    version_hash: str
    definition: str
    lock: str
    description: str
    tags: Mapping[str, str]
    created: str
    labels: tuple[str, ...] = ()
    archived: str = ""

    @property
    def reference(self) -> str:
        return f"{self.name}:{self.number}"


_MARKS = (
    "e.name, e.number, e.version_hash, e.description, e.tags, e.created, "
    "coalesce(nullif(e.archived, ''), a.archived, '') AS archived"
)
_LABELS = (
    "(SELECT group_concat(label, ' ') FROM environment_labels AS l "
    "WHERE l.name = e.name AND l.number = e.number) AS labels"
)
_FROM = " FROM environments AS e LEFT JOIN archived_environments AS a ON a.name = e.name "
WHOLE = f"SELECT {_MARKS}, {_LABELS}, e.definition, e.lock{_FROM}"
LISTED = f"SELECT {_MARKS}, '' AS labels, '' AS definition, '' AS lock{_FROM}"
"""Definitions and locks are long, and a thousand of them take longer than the rest of a list. The labels of a list are
asked for at once: those of each version would be looked for among all labels of its name."""

VISIBLE = "e.archived = '' AND a.archived IS NULL"


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
                "INSERT INTO environments (name, number, version_hash, definition, lock, description, tags, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
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

    def environment(self, name: str, number: int | None = None) -> EnvironmentVersion | None:
        """A version by its number; without one the newest that is not archived."""
        if number is None:
            row = self.row(f"{WHOLE}WHERE e.name = ? AND {VISIBLE} ORDER BY e.number DESC LIMIT 1", (name,))
        else:
            row = self.row(f"{WHOLE}WHERE e.name = ? AND e.number = ?", (name, number))
        return version_of(row) if row else None

    def environments(self, name: str | None = None) -> list[EnvironmentVersion]:
        """All versions, by name, the newest first, those that are archived too."""
        where, parameters = ("WHERE e.name = ? ", (name,)) if name is not None else ("", ())
        rows = self.rows(f"{WHOLE}{where}ORDER BY e.name, e.number DESC", parameters)
        return [version_of(row) for row in rows]

    def list_environments(
        self, name: str | None = None, *, archived: bool = False
    ) -> list[EnvironmentVersion]:
        """Versions without definition and lock, by name, the newest first; with `archived` those that are, too."""
        conditions = [*([] if name is None else ["e.name = ?"]), *([] if archived else [VISIBLE])]
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        parameters = () if name is None else (name,)
        rows = self.rows(f"{LISTED}{where}ORDER BY e.name, e.number DESC", parameters)
        labels: dict[tuple[str, int], list[str]] = {}
        of = "" if name is None else "WHERE name = ? "
        query = f"SELECT name, number, label FROM environment_labels {of}ORDER BY label"  # noqa: S608
        for row in self.rows(query, parameters):
            labels.setdefault((row["name"], row["number"]), []).append(row["label"])
        return [version_of(row, labels.get((row["name"], row["number"]), ())) for row in rows]

    def environment_names(self) -> list[str]:
        return [row["name"] for row in self.rows("SELECT DISTINCT name FROM environments ORDER BY name")]


def version_of(row: sqlite3.Row, labels: Iterable[str] | None = None) -> EnvironmentVersion:
    """Of a row of `WHOLE`, or of `LISTED` with its labels."""
    return EnvironmentVersion(
        row["name"],
        row["number"],
        row["version_hash"],
        row["definition"],
        row["lock"],
        row["description"],
        json.loads(row["tags"]) if row["tags"] != "{}" else {},
        row["created"],
        tuple(sorted((row["labels"] or "").split() if labels is None else labels)),
        row["archived"],
    )
