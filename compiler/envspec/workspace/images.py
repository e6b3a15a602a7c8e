"""What was built: images and prefixes, by the hash of their layer and the engine that has them."""

from __future__ import annotations

import sqlite3

from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import Database, now


@frozen
class Image(Frozen):
    """`location` is an image reference or a prefix folder; `environment` the id it was last built for."""

    hash: str
    engine: str
    location: str
    environment: str
    size: int
    seconds: float
    log: str
    created: str


class Images(Database):
    def record_image(
        self,
        hash: str,
        engine: str,
        location: str,
        environment: str = "",
        size: int = 0,
        seconds: float = 0.0,
        log: str = "",
    ) -> None:
        """Remembers a build; one of the same hash and engine takes the place of the former."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (hash, engine, location, environment, size, float(seconds), log, now()),
            )

    def image(self, hash: str, engine: str) -> Image | None:
        row = self.row("SELECT * FROM images WHERE hash = ? AND engine = ?", (hash, engine))
        return _image(row) if row else None

    def images(self) -> list[Image]:
        """All of them, the newest first."""
        return [_image(row) for row in self.rows("SELECT * FROM images ORDER BY created DESC, hash")]

    def forget_image(self, hash: str, engine: str) -> None:
        with self.transaction() as connection:
            connection.execute("DELETE FROM images WHERE hash = ? AND engine = ?", (hash, engine))


def _image(row: sqlite3.Row) -> Image:
    return Image(**{key: row[key] for key in row.keys()})  # noqa: SIM118 - iterating a Row gives its values
