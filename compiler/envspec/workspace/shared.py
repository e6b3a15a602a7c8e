"""Where versions of environments and models were pushed to and pulled from, and the numbers that they take for it.

A number is an alias: it moves when a registry has it for something else already, or knows the same thing under another
one. What a version is, its digest, never moves, and whatever was recorded of the version goes with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from envspec.frozen import Frozen, field, frozen
from envspec.workspace.connection import Database, now

Kind = Literal["environment", "model"]
Direction = Literal["pushed", "pulled"]

_TABLES: Mapping[Kind, tuple[str, str]] = {
    "environment": ("environments", "version_hash"),
    "model": ("models", "digest"),
}
"""The table of a kind, and the column that says what a version is."""

_FOLLOWING: Mapping[Kind, tuple[str, ...]] = {
    "environment": (
        "UPDATE environment_labels SET number = ? WHERE name = ? AND number = ?",
        "UPDATE environment_images SET number = ? WHERE name = ? AND number = ?",
        "UPDATE runs SET environment_number = ? WHERE environment = ? AND environment_number = ?",
        "UPDATE deployments SET environment_number = ? WHERE environment = ? AND environment_number = ?",
    ),
    "model": (),
}
"""What knows a version by its number. Deployments know models by digest."""


@frozen
class SharedVersion(Frozen):
    """`digest` is what the version is; `number` the one that it has in `repository` (`HOST/PATH`), 0 for none;
    `manifest` the digest of its manifest there. `lineage` is what a pulled one says of where it was made."""

    kind: Kind
    name: str
    digest: str
    repository: str
    number: int
    manifest: str
    direction: Direction
    lineage: Mapping[str, Any] = field(default_factory=dict)
    moved: str = ""

    @property
    def reference(self) -> str:
        """By digest, so that it means the same for ever."""
        return f"{self.repository}@{self.manifest}"


@frozen
class Taken(Frozen):
    """The `number` of a version here; `new` when it was not registered before."""

    number: int
    new: bool


class Shared(Database):
    def record_shared(self, one: SharedVersion) -> None:
        """Remembers where a version is; where it came from is not forgotten when it is pushed back there."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO shared_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET number = excluded.number, manifest = excluded.manifest, "
                "moved = excluded.moved",
                (one.kind, one.name, one.digest, one.repository, one.number, one.manifest, one.direction,
                 json.dumps(dict(one.lineage)), now()),
            )  # fmt: skip

    def shared_versions(self, kind: Kind, name: str, digest: str = "") -> list[SharedVersion]:
        """Where the versions of a name, or one of them, were pushed to or pulled from, the latest first."""
        which, parameters = (" AND digest = ?", (kind, name, digest)) if digest else ("", (kind, name))
        rows = self.rows(
            f"SELECT * FROM shared_versions WHERE kind = ? AND name = ?{which} ORDER BY moved DESC",  # noqa: S608
            parameters,
        )
        return [
            SharedVersion(
                row["kind"], row["name"], row["digest"], row["repository"], row["number"], row["manifest"],
                row["direction"], json.loads(row["lineage"]), row["moved"],
            )
            for row in rows
        ]  # fmt: skip

    def pulled(self, kind: Kind) -> dict[tuple[str, str], SharedVersion]:
        """By name and digest where each version came from that was pulled, the first place."""
        names = [row["name"] for row in self.rows(
            "SELECT DISTINCT name FROM shared_versions WHERE kind = ? AND direction = 'pulled'", (kind,)
        )]  # fmt: skip
        return {
            (one.name, one.digest): one
            for name in names
            for one in self.shared_versions(kind, name)
            if one.direction == "pulled"
        }

    def highest_number(self, kind: Kind, name: str) -> int:
        """0 when nothing is registered under the name."""
        table, _ = _TABLES[kind]
        row = self.row(f"SELECT coalesce(max(number), 0) AS number FROM {table} WHERE name = ?", (name,))  # noqa: S608
        return int(row["number"]) if row else 0

    def renumber(self, kind: Kind, name: str, digest: str, number: int) -> int:
        """Gives a version this number if nothing else here has it, with all that was recorded of the version; the
        number that it has afterwards."""
        table, column = _TABLES[kind]
        with self.transaction() as connection:
            taken = connection.execute(
                f"SELECT {column} AS digest FROM {table} WHERE name = ? AND number = ?",  # noqa: S608
                (name, number),
            ).fetchone()
            row = connection.execute(
                f"SELECT number FROM {table} WHERE name = ? AND {column} = ?",  # noqa: S608
                (name, digest),
            ).fetchone()
            old = int(row["number"])
            if taken is not None:
                return old
            for statement in (
                f"UPDATE {table} SET number = ? WHERE name = ? AND number = ?",  # noqa: S608
                *_FOLLOWING[kind],
            ):
                connection.execute(statement, (number, name, old))
        return number

    def take(
        self, kind: Kind, name: str, digest: str, number: int, register: Callable[[], int], one: SharedVersion
    ) -> Taken:
        """Registers what was pulled, in one transaction: `register` gives the number of a version that is known already
        or is the next. A new one has its `number` of the registry here too, where that is free; 0 for none."""
        table, column = _TABLES[kind]
        with self.transaction() as connection:
            known = connection.execute(
                f"SELECT 1 FROM {table} WHERE name = ? AND {column} = ?",  # noqa: S608
                (name, digest),
            ).fetchone()
            here = register()
            if known is None and number:
                here = self.renumber(kind, name, digest, number)
            self.record_shared(one)
        return Taken(here, known is None)
