"""Deployments: what serves, where, and what served before.

One is recorded before anything of it could go on without us: as begun, with what the engine finds it by. So whatever a
killed `deploy` left is known, and can be ended.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.workspace.connection import Database, now


@frozen
class DeploymentRecord(Frozen):
    """`handle` is what the engine finds it by; `key` is the hash of everything that decides whether it is
    still the right one, empty for one that was begun only; `models` map names to digests; `stopped` is None while it is
    meant to serve."""

    number: int
    name: str
    engine: str
    handle: str
    url: str
    definition: str
    key: str
    image_hash: str
    environment: str
    environment_number: int | None
    models: Mapping[str, str]
    log: str
    started: str
    stopped: str | None

    @property
    def begun_only(self) -> bool:
        """Whether its `deploy` goes on, or was killed: nobody has said that it serves as it should."""
        return not self.key

    @property
    def snapshot(self) -> str:
        """Its source in the store; empty where an older envspec recorded it."""
        try:
            return str(json.loads(self.definition).get("snapshot", ""))
        except (ValueError, AttributeError):
            return ""


class Deployments(Database):
    def record_deployment(
        self, name: str, *, engine: str, handle: str, url: str, definition: str, key: str = "", **more: Any
    ) -> int:
        """Records one that answered its sample, with what `begin_deployment` takes, and at once. Its number."""
        with self.transaction():
            number = self.begin_deployment(
                name, engine=engine, handle=handle, url=url, definition=definition, **more
            )
            self.finish_deployment(number, handle=handle, url=url, key=key)
        return number

    def begin_deployment(
        self,
        name: str,
        *,
        engine: str,
        handle: str,
        url: str,
        definition: str,
        image_hash: str = "",
        environment: str = "",
        environment_number: int | None = None,
        models: Mapping[str, str] | None = None,
        log: str = "",
    ) -> int:
        """Records one that is about to be started, beside what serves. Its number."""
        with self.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO deployments (name, engine, handle, url, definition, key, image_hash, environment, "
                "environment_number, models, log, started) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?)",
                (
                    name,
                    engine,
                    handle,
                    url,
                    definition,
                    image_hash,
                    environment,
                    environment_number,
                    json.dumps(dict(models or {})),
                    log,
                    now(),
                ),
            )
            return int(cursor.lastrowid or 0)

    def finish_deployment(
        self, number: int, *, handle: str, url: str, key: str, trials: Iterable[int] = ()
    ) -> bool:
        """Records that one that was begun answered its sample; those before it of the same name on the same engine count
        as stopped from now on. False, and nothing is recorded, where it, or one of the `trials` that were begun for it,
        was stopped meanwhile: by `stop`, or because a later one was faster."""
        with self.transaction() as connection:
            if self.stopped_among((number, *trials)):
                return False
            time = now()
            connection.execute(
                "UPDATE deployments SET handle = ?, url = ?, key = ?, started = ? WHERE number = ?",
                (handle, url, key, time, number),
            )
            connection.execute(
                "UPDATE deployments SET stopped = ? WHERE number < ? AND stopped IS NULL AND (name, engine) = "
                "(SELECT name, engine FROM deployments WHERE number = ?)",
                (time, number, number),
            )
            return True

    def stopped_among(self, numbers: Iterable[int]) -> bool:
        """Whether one of these has been stopped, or is not even known any more."""
        wanted = set(numbers)
        places = ", ".join("?" * len(wanted))
        row = self.row(
            f"SELECT count(*) AS found FROM deployments WHERE stopped IS NULL AND number IN ({places})",  # noqa: S608
            tuple(wanted),
        )
        return row is None or row["found"] < len(wanted)

    def forget_deployment(self, number: int) -> None:
        """Takes away one that was begun and of which nothing is left."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM deployments WHERE number = ? AND key = ''", (number,))

    def deployment(self, name: str, engine: str | None = None) -> DeploymentRecord | None:
        """The newest one of a name that has not been stopped; one that was begun only where there is no other."""
        where, parameters = (" AND engine = ?", (engine,)) if engine is not None else ("", ())
        row = self.row(
            f"SELECT * FROM deployments WHERE name = ? AND stopped IS NULL{where} "  # noqa: S608
            "ORDER BY key = '', number DESC LIMIT 1",
            (name, *parameters),
        )
        return _deployment(row) if row else None

    def deployments(self, *, stopped: bool = False) -> list[DeploymentRecord]:
        """Those that are meant to serve, or with `stopped` all that ever were; the newest first."""
        where = "" if stopped else "WHERE stopped IS NULL"
        rows = self.rows(f"SELECT * FROM deployments {where} ORDER BY number DESC")  # noqa: S608
        return [_deployment(row) for row in rows]

    def stop_deployment(self, number: int) -> bool:
        """Records that one has been stopped; whether it was not already."""
        with self.transaction() as connection:
            return bool(
                connection.execute(
                    "UPDATE deployments SET stopped = ? WHERE number = ? AND stopped IS NULL", (now(), number)
                ).rowcount
            )


def _deployment(row: sqlite3.Row) -> DeploymentRecord:
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118 - iterating a Row gives its values
    return DeploymentRecord(**{**values, "models": json.loads(values["models"])})
