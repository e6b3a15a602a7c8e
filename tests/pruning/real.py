"""Random workspaces made on disk, with content, and what is found there again, read without the code that prunes."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from envspec.actions.pruning.remembered import Remembered
from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace
from envspec.workspace.processes import start_of, this_host
from tests.pruning.graphs import digest

NOBODY = 4_194_305
"""A process id that Linux gives to nobody."""


def make(root: Path, wanted: Remembered) -> None:
    """Writes what is wanted; each content is a file or a folder of two files, of which folders share one."""
    root.mkdir(parents=True, exist_ok=True)
    with Workspace.open(root) as workspace, workspace.transaction() as connection:
        real = {"": ""}
        for number in range(6):
            place = root / "data" / str(number)
            place.parent.mkdir(exist_ok=True)
            if number % 2:
                place.write_text(f"file {number}")
            else:
                place.mkdir()
                (place / "shared").write_text("shared")
                (place / "own").write_text(f"own {number}")
            real[digest(f"content {number}")] = workspace.put(place).digest
        (root / "data" / "orphan").write_text("nobody names it")
        workspace.put(root / "data" / "orphan")
        real[digest("a file of the project")] = digest("a file of the project")

        def entries(digests: tuple[str, ...]) -> str:
            return json.dumps(
                {f"x{at}": {"path": "p", "digest": real[one]} for at, one in enumerate(digests)}
            )

        for run in wanted.runs:
            open_ = run.busy or run.lost
            connection.execute(
                "INSERT INTO runs (number, id, name, cell, environment, environment_number, definition, key, snapshot, "
                "inputs, git, engine, log, started, finished, outcome, outputs, host, pid, pid_started) "
                "VALUES (?, ?, ?, '{}', ?, ?, '{}', 'k', ?, ?, '{}', 'local', ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run.number, run.id, run.name, *(run.environment or ("", None)), real[run.snapshot],
                    entries(run.took), f"runs/{run.id}/log.txt", run.when, None if open_ else run.when,
                    "running" if open_ else "success" if run.success else "failed", entries(run.made), this_host(),
                    os.getpid() if run.busy else NOBODY, start_of(os.getpid()) if run.busy else "gone",
                ),
            )  # fmt: skip
            folder = root / FOLDER / "runs" / run.id
            (folder / "work").mkdir(parents=True)
            (folder / "log.txt").write_text(run.id)
            moment = datetime.fromisoformat(run.when).timestamp()
            for path in (folder / "work", folder / "log.txt", folder):
                os.utime(path, (moment, moment))
        for one in wanted.environments:
            connection.execute(
                "INSERT INTO environments VALUES (?, ?, ?, '{}', '', '', '{}', ?, ?)",
                (one.name, one.number, one.digest, one.when, one.when if one.archived else ""),
            )
            for label in one.labels:
                connection.execute(
                    "INSERT OR REPLACE INTO environment_labels VALUES (?, ?, ?, ?)",
                    (one.name, label, one.number, one.when),
                )
        for model in wanted.models:
            connection.execute(
                "INSERT INTO models VALUES (?, ?, ?, 1, ?, 'x0', '', '', '', '{}', ?)",
                (model.name, model.number, real[model.digest], model.run, model.when),
            )
        for served in wanted.deployments:
            connection.execute(
                "INSERT INTO deployments VALUES (?, ?, 'local', 'h', 'u', ?, 'k', 'sha256:i', ?, ?, ?, '', ?, ?)",
                (
                    served.number, served.name, json.dumps({"snapshot": real[served.snapshot]}),
                    *(served.environment or ("", None)),
                    json.dumps({name: real[one] for name, one in served.models}), served.when,
                    None if served.live else served.when,
                ),
            )  # fmt: skip
    (root / FOLDER / "runs" / "killed-99").mkdir(parents=True)


class Found:
    """A workspace as SQLite and the file system have it."""

    def __init__(self, root: Path) -> None:
        state = root / FOLDER
        connection = sqlite3.connect(state / FILE)
        connection.row_factory = sqlite3.Row

        def rows(table: str) -> list[sqlite3.Row]:
            return connection.execute(f"SELECT * FROM {table}").fetchall()

        self.runs, self.models = rows("runs"), rows("models")
        self.environments, self.deployments = rows("environments"), rows("deployments")
        connection.close()
        self.objects = {
            "sha256:" + path.parent.name + path.name: path
            for kind in ("sha256", "trees")
            for path in (state / "store" / kind).glob("*/*")
        }
        self.folders = {path.name for path in (state / "runs").iterdir()}

    def named(self) -> set[str]:
        """Every digest in a record, and every one in the folders that are there among them."""
        found = set()
        for run in self.runs:
            found.add(run["snapshot"])
            for column in ("inputs", "outputs"):
                found |= {entry["digest"] for entry in json.loads(run[column]).values()}
        found |= {model["digest"] for model in self.models}
        for one in self.deployments:
            found |= {json.loads(one["definition"])["snapshot"], *json.loads(one["models"]).values()}
        for one in list(found):
            path = self.objects.get(one)
            if path is not None and path.parent.parent.name == "trees":
                found |= {entry[3] for entry in json.loads(path.read_bytes())["value"] if entry[1] == "file"}
        return found - {""}

    def check_content(self, before: Found) -> None:
        """All that records name and that was there is there, and is what its name says; nothing else is there."""
        lost = self.named() & before.objects.keys() - self.objects.keys()
        assert not lost, f"records name what is gone: {lost}"
        for name, path in self.objects.items():
            assert "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest() == name

    def check_records(self) -> None:
        """Every reference from a record to a record leads somewhere."""
        versions = {(one["name"], one["number"]) for one in self.environments}
        ids = {run["id"] for run in self.runs}
        for one in (*self.runs, *self.deployments):
            if one["environment_number"] is not None:
                assert (one["environment"], one["environment_number"]) in versions
        assert {model["run"] for model in self.models} - {""} <= ids
