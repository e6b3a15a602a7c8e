"""The records of a workspace as pruning sees them: what each is called, when it was last of use, what it refers to."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from envspec.frozen import Frozen, field, frozen
from envspec.workspace.connection import Database
from envspec.workspace.processes import lives

Version = tuple[str, int]
"""Name and number, of an environment or a model."""


@frozen
class Run(Frozen):
    """`when` it ended; when its folder was last written to for a lost one. `made` and `took` are digests, without the
    source. `busy` while it goes on, `lost` when whoever ran it is gone."""

    number: int
    id: str
    name: str
    when: str
    busy: bool
    success: bool
    environment: Version | None
    engine: str
    snapshot: str
    took: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    lost: bool = False


@frozen
class Environment(Frozen):
    name: str
    number: int
    when: str
    digest: str
    labels: tuple[str, ...] = ()
    archived: bool = False
    locked: bool = False


@frozen
class Model(Frozen):
    name: str
    number: int
    when: str
    digest: str
    run: str
    size: int = 0


@frozen
class Deployment(Frozen):
    """`when` it was stopped. `live` while it is meant to serve; `models` are names and digests."""

    number: int
    name: str
    when: str
    live: bool
    engine: str
    image: str
    environment: Version | None
    models: tuple[tuple[str, str], ...] = ()
    snapshot: str = ""


@frozen
class Remembered(Frozen):
    """Each in the order of the numbers."""

    runs: tuple[Run, ...] = ()
    environments: tuple[Environment, ...] = ()
    models: tuple[Model, ...] = ()
    deployments: tuple[Deployment, ...] = ()


@frozen
class LockedVersions(Frozen):
    """What `envspec.lock` names: versions by digest, and what entries were locked to, in the form of `lock_key`."""

    digests: frozenset[str] = field(default_factory=frozenset)
    entries: frozenset[str] = field(default_factory=frozenset)


def lock_key(definition: str, platforms: Any) -> str:
    """The same for a registered version and an entry of a lock file that came to the same."""
    from envspec.ir.canonical import canonical_json

    return f"{definition} {canonical_json(platforms).decode()}"


def locked_versions(root: Path) -> LockedVersions:
    """Raises `Failure` for a lock that cannot be read: then nobody knows what it names."""
    from envspec.frozen import asdict
    from envspec.lock.file import read_lock

    lock = read_lock(root)
    if lock is None:
        return LockedVersions()
    entries = {
        lock_key(one.definition, json.loads(json.dumps(asdict(one)["platforms"])))
        for one in lock.environments.values()
    }
    return LockedVersions(frozenset(one.digest for one in lock.registered.values()), frozenset(entries))


def remembered(workspace: Database, locked: LockedVersions) -> Remembered:
    """All records, as they are now."""
    return Remembered(
        _runs(workspace), _environments(workspace, locked), _models(workspace), _deployments(workspace)
    )


def _runs(workspace: Database) -> tuple[Run, ...]:
    found = []
    for row in workspace.rows(
        "SELECT number, id, name, environment, environment_number, snapshot, inputs, outputs, engine, log, started, "
        "finished, outcome, host, pid, pid_started FROM runs ORDER BY number"
    ):
        going_on = row["outcome"] == "running"
        when = row["finished"] or row["started"]
        busy = going_on and lives(row["host"], row["pid"], row["pid_started"])
        if going_on and not busy:
            when = max(when, _last_written((workspace.state / row["log"]).parent))
        found.append(
            Run(
                row["number"], row["id"], row["name"], when, busy, row["outcome"] == "success",
                _version(row), row["engine"], row["snapshot"],
                _digests(row["inputs"]), _digests(row["outputs"]), going_on and not busy,
            )
        )  # fmt: skip
    return tuple(found)


def _environments(workspace: Database, locked: LockedVersions) -> tuple[Environment, ...]:
    found = []
    for row in workspace.rows(
        "SELECT e.name, e.number, e.created, e.version_hash, e.lock, e.archived <> '' OR a.name IS NOT NULL AS archived, "
        "(SELECT group_concat(label, ' ') FROM environment_labels AS l "
        "WHERE l.name = e.name AND l.number = e.number) AS labels "
        "FROM environments AS e LEFT JOIN archived_environments AS a ON a.name = e.name ORDER BY e.name, e.number"
    ):
        named = row["version_hash"] in locked.digests or (
            bool(locked.entries) and _lock_key_of(row["lock"]) in locked.entries
        )
        found.append(
            Environment(
                row["name"], row["number"], row["created"], row["version_hash"],
                tuple(sorted((row["labels"] or "").split())), bool(row["archived"]), named,
            )
        )  # fmt: skip
    return tuple(found)


def _lock_key_of(lock: str) -> str:
    if not lock:
        return ""
    value = json.loads(lock)
    return lock_key(value["definition"], value["platforms"])


def _models(workspace: Database) -> tuple[Model, ...]:
    return tuple(
        Model(row["name"], row["number"], row["created"], row["digest"], row["run"], row["size"])
        for row in workspace.rows("SELECT * FROM models ORDER BY name, number")
    )


def _deployments(workspace: Database) -> tuple[Deployment, ...]:
    found = []
    for row in workspace.rows("SELECT * FROM deployments ORDER BY number"):
        try:
            snapshot = str(json.loads(row["definition"]).get("snapshot", ""))
        except (ValueError, AttributeError):
            snapshot = ""
        found.append(
            Deployment(
                row["number"], row["name"], row["stopped"] or row["started"], row["stopped"] is None, row["engine"],
                row["image_hash"], _version(row), tuple(json.loads(row["models"]).items()), snapshot,
            )
        )  # fmt: skip
    return tuple(found)


def _version(row: sqlite3.Row) -> Version | None:
    number = row["environment_number"]
    return None if number is None else (row["environment"], int(number))


def _digests(text: str) -> tuple[str, ...]:
    if text == "{}":
        return ()
    return tuple(
        str(entry["digest"])
        for entry in json.loads(text).values()
        if isinstance(entry, dict) and "digest" in entry
    )


def _last_written(folder: Path) -> str:
    """When a program last wrote into the folder of its run, as records have it; empty when there is none."""
    from datetime import UTC, datetime

    try:
        latest = max(one.stat().st_mtime for one in (folder, *folder.iterdir()))
    except (OSError, ValueError):
        return ""
    return datetime.fromtimestamp(latest, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
