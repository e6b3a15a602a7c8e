"""Records that are taken away for good, and what is remembered of them: that they were there, and until when.

Numbers are never given again: the newest of a name is never taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import Database, now

Kind = Literal["run", "environment", "model", "deployment", "image"]

_TABLES: dict[Kind, str] = {
    "run": "runs",
    "environment": "environments",
    "model": "models",
    "deployment": "deployments",
}


@frozen
class Tombstone(Frozen):
    """`digest` is what a version or image was; empty for a run and a deployment. `pruned` is when."""

    kind: Kind
    name: str
    number: int
    digest: str
    pruned: str = ""

    @property
    def id(self) -> str:
        """Of a run."""
        return f"{self.name}-{self.number}"

    @property
    def day(self) -> str:
        return self.pruned[:10]


def image_name(engine: str, location: str) -> str:
    return f"{engine} {location}"


class Pruned(Database):
    def bury(self, gone: Iterable[Tombstone]) -> None:
        """Takes the records of these away and remembers that they were there, in one transaction. Of an image the
        `digest` is its hash."""
        time = now()
        every = list(gone)
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO pruned VALUES (?, ?, ?, ?, ?)",
                ((one.kind, one.name, one.number, one.digest, time) for one in every),
            )
            for kind, table in _TABLES.items():
                connection.executemany(
                    f"DELETE FROM {table} WHERE name = ? AND number = ?",  # noqa: S608 - no text from outside
                    ((one.name, one.number) for one in every if one.kind == kind),
                )
            for one in every:
                if one.kind == "image":
                    engine, _, location = one.name.partition(" ")
                    connection.execute(
                        "DELETE FROM images WHERE hash = ? AND engine = ? AND location = ?",
                        (one.digest, engine, location),
                    )
                    connection.execute(
                        "DELETE FROM environment_images WHERE hash = ? AND engine = ? AND NOT EXISTS "
                        "(SELECT 1 FROM environments AS e WHERE e.name = environment_images.name "
                        "AND e.number = environment_images.number)",
                        (one.digest, engine),
                    )
                elif one.kind == "environment":
                    # Of what is still there it stays known what it was built for.
                    connection.execute(
                        "DELETE FROM environment_images WHERE name = ? AND number = ? AND NOT EXISTS "
                        "(SELECT 1 FROM images AS i WHERE i.hash = environment_images.hash "
                        "AND i.engine = environment_images.engine)",
                        (one.name, one.number),
                    )

    def forget_hashes(self, folders: Iterable[Path]) -> None:
        """Forgets the digests of folders that are gone, and of files in them (`snapshot`)."""
        with self.transaction() as connection:
            for folder in folders:
                below = f"{folder.absolute()}/"
                between = (below, below[:-1] + chr(ord("/") + 1))
                connection.execute("DELETE FROM file_hashes WHERE path >= ? AND path < ?", between)
                connection.execute("DELETE FROM folder_digests WHERE path >= ? AND path < ?", between)

    def pruned_run(self, run_id: str) -> Tombstone | None:
        """By its id, or by its number alone."""
        name, dash, number = run_id.rpartition("-")
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        if not dash:
            row = self.row("SELECT * FROM pruned WHERE kind = 'run' AND number = ?", (int(number),))
            return None if row is None else Tombstone(*tuple(row))
        return self.pruned("run", name, int(number))

    def pruned(self, kind: Kind, name: str, number: int) -> Tombstone | None:
        row = self.row(
            "SELECT * FROM pruned WHERE kind = ? AND name = ? AND number = ?", (kind, name, number)
        )
        return None if row is None else Tombstone(*tuple(row))

    def pruned_image(self, hash: str, engine: str) -> Tombstone | None:
        row = self.row(
            "SELECT * FROM pruned WHERE kind = 'image' AND digest = ? AND substr(name, 1, ?) = ?",
            (hash, len(engine) + 1, f"{engine} "),
        )
        return None if row is None else Tombstone(*tuple(row))

    def pruned_digest(self, kind: Kind, name: str, digest: str) -> Tombstone | None:
        """The one of a name whose digest begins so; the newest of several."""
        row = self.row(
            "SELECT * FROM pruned WHERE kind = ? AND name = ? AND substr(digest, 1, ?) = ? "
            "ORDER BY number DESC LIMIT 1",
            (kind, name, len(digest), digest),
        )
        return None if row is None else Tombstone(*tuple(row))
