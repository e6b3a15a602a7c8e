"""Whether a workspace is whole, and has what somebody was told it has: asked of SQLite, SHA-256 and the files, and of
nothing that wrote them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TREE_SCHEMA = "envspec.tree/1"


class Told:
    """What a process said that it was told. Of what can be changed, also what it had begun to change."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, int], str] = {}
        self.labels: dict[str, set[int]] = {}
        self.archived: dict[int, set[bool]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.may_be_deleted: set[str] = set()
        self.deleted: set[str] = set()
        self.shades: set[str] = set()

    def take(self, lines: Iterable[str]) -> None:
        for line in lines:
            kind, _, text = line.partition(" ")
            words = json.loads(text)
            done, what = kind == "done", words["what"]
            if what == "version" and done:
                self.versions[words["name"], words["number"]] = words["hash"]
            elif what == "label":
                self._change(self.labels, words["label"], words["number"], done)
            elif what == "archived":
                self._change(self.archived, words["number"], words["value"], done)
            elif what == "run" and done:
                self.runs[words["id"]] = words
            elif what == "deleted":
                (self.deleted if done else self.may_be_deleted).add(words["id"])
            elif what == "build" and done:
                self.shades.add(words["shade"])

    @staticmethod
    def _change(known: dict[Any, set[Any]], key: Any, value: Any, done: bool) -> None:
        known[key] = {value} if done else {*known.get(key, {None}), value}


class Looked:
    """Reads the database once, as it is after a kill."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.connection = sqlite3.connect(state / "workspace.sqlite", timeout=60)
        self.connection.row_factory = sqlite3.Row

    def rows(self, query: str) -> list[sqlite3.Row]:
        return self.connection.execute(query).fetchall()

    def close(self) -> None:
        self.connection.close()


def check(root: Path, told: Told) -> None:
    """Raises AssertionError for the first thing that is not as it was told, or is half there."""
    state = root / ".envspec"
    if not (state / "workspace.sqlite").exists():
        assert not told.versions and not told.runs
        return
    looked = Looked(state)
    try:
        assert [row[0] for row in looked.rows("PRAGMA integrity_check")] == ["ok"]
        assert looked.rows("PRAGMA foreign_key_check") == []
        if not looked.rows("SELECT 1 FROM sqlite_master WHERE name = 'environments'"):
            assert not told.versions and not told.runs
            return
        objects_are_whole(state)
        _leads_somewhere(looked)
        _versions(looked, told)
        _runs(looked, told)
    finally:
        looked.close()


def objects_are_whole(state: Path) -> None:
    """Every object of the store is what its name says, and a manifest names only what is there."""
    for path in state.glob("store/sha256/??/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name, path
        assert path.stat().st_mode & 0o777 == 0o444, path
    for path in state.glob("store/trees/??/*"):
        data = path.read_bytes()
        assert hashlib.sha256(data).hexdigest() == path.parent.name + path.name, path
        document = json.loads(data)
        assert document["schema"] == TREE_SCHEMA
        for entry in document["value"]:
            assert entry[1] == "link" or object_of(state, entry[3]).is_file(), (path, entry)


def object_of(state: Path, digest: str) -> Path:
    return state / "store" / "sha256" / digest[7:9] / digest[9:]


def _leads_somewhere(looked: Looked) -> None:
    """The tables have no foreign keys for SQLite to check: what one row says of another, and of the store, is looked up."""
    state = looked.state
    for query in (
        "SELECT * FROM environment_labels WHERE (name, number) NOT IN (SELECT name, number FROM environments)",
        "SELECT * FROM environment_images WHERE (name, number) NOT IN (SELECT name, number FROM environments)",
        "SELECT * FROM environment_images WHERE (hash, engine) NOT IN (SELECT hash, engine FROM images)",
        "SELECT * FROM runs WHERE environment_number IS NOT NULL "
        "AND (environment, environment_number) NOT IN (SELECT name, number FROM environments)",
        "SELECT * FROM models WHERE run = ''",
        "SELECT * FROM archived_environments WHERE name NOT IN (SELECT name FROM environments)",
    ):
        assert [dict(row) for row in looked.rows(query)] == [], query
    for row in looked.rows("SELECT digest, run, name FROM models"):
        assert object_of(state, row["digest"]).is_file(), dict(row)
    for row in looked.rows("SELECT snapshot FROM runs WHERE snapshot <> ''"):
        digest = row["snapshot"]
        assert (state / "store" / "trees" / digest[7:9] / digest[9:]).is_file(), digest


def _versions(looked: Looked, told: Told) -> None:
    rows = looked.rows("SELECT name, number, version_hash, tags, archived, definition FROM environments")
    there = {(row["name"], row["number"]): row for row in rows}
    for (name, number), hash_ in told.versions.items():
        assert there[name, number]["version_hash"] == hash_
    for name in {row["name"] for row in rows}:
        numbers = sorted(row["number"] for row in rows if row["name"] == name)
        assert numbers == list(range(1, len(numbers) + 1)), f"{name} has numbers that were given to nothing"
        assert len({row["version_hash"] for row in rows if row["name"] == name}) == len(numbers)
    labels = {row["label"]: row["number"] for row in looked.rows("SELECT * FROM environment_labels")}
    for label, allowed in told.labels.items():
        assert labels.get(label) in allowed, (label, labels.get(label), allowed)
        if label in labels:  # a label and a tag are put on in one transaction
            assert json.loads(there["direct", labels[label]]["tags"])[label] == str(labels[label])
    for number, values in told.archived.items():
        assert {bool(there["direct", number]["archived"])} <= values | ({False} if None in values else set())
    built = " ".join(row["definition"] for row in rows if row["name"] == "e")
    for shade in told.shades:
        assert f'"{shade}"' in built, "a version that was said to be built is not registered"


def _runs(looked: Looked, told: Told) -> None:
    rows = {row["id"]: row for row in looked.rows("SELECT * FROM runs")}
    models = {(row["name"], row["number"]): row for row in looked.rows("SELECT * FROM models")}
    for name in {name for name, _ in models}:
        numbers = sorted(number for other, number in models if other == name)
        assert numbers == list(range(1, len(numbers) + 1))
    assert not told.deleted & rows.keys(), "what was deleted is there again"
    for id_, words in told.runs.items():
        if id_ not in rows:
            assert id_ in told.may_be_deleted, f"{id_} was said to be done, and is forgotten"
        else:
            row = rows[id_]
            assert (row["outcome"], row["status"]) == ("success", 0)
            assert json.loads(row["outputs"])["model"]["digest"] == words["digest"]
        if words["model"] is not None:
            assert models[words["name"], words["model"]]["digest"] == words["digest"]
        assert object_of(looked.state, words["digest"]).is_file()
    known = {(row["name"], row["digest"]) for row in models.values()}
    for row in rows.values():
        outputs = json.loads(row["outputs"])
        if row["finished"] is None:
            assert (row["outcome"], row["status"], outputs) == ("running", None, {})
            continue
        assert row["outcome"] in ("success", "failed", "cancelled"), dict(row)
        if row["outcome"] == "success":
            assert ("wine" if row["name"] == "train" else "direct", outputs["model"]["digest"]) in known
            if row["name"] == "train":
                _folder(looked.state / row["log"], row["number"])


def _folder(log: Path, number: int) -> None:
    """What a run that succeeded left in its folder, all of it."""
    folder = log.parent
    if not folder.exists():  # somebody was killed in `runs delete`: the record goes first
        return
    description = json.loads((folder / "run.json").read_bytes())
    assert description["run"]["outputs"] == {"model": "out/model.txt"}
    assert log.read_text() == "done\n", number
    logged = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [(line["metric"], line["value"], line["step"]) for line in logged] == [
        ("loss", n, n) for n in range(3)
    ]
