"""A database whose rows were pruned gives their room back to the disk; nothing else of it changes, whoever is killed."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace
from envspec.workspace.pruned import Tombstone

RUNS, GONE = 3_000, 2_900
PROGRAM = """
import sys
from pathlib import Path
from envspec.workspace.database import Workspace
with Workspace.open(Path(sys.argv[1])) as workspace:
    print("ready", flush=True)
    workspace.shrink()
    print("done", flush=True)
"""


def make(root: Path) -> Path:
    """The database: most of its pages held runs that are gone."""
    with Workspace.open(root) as workspace:
        with workspace.transaction():
            for number in range(RUNS):
                run = workspace.start_run("train", key=f"{number:0200}", definition=f"{number:02000}")
                workspace.finish_run(run, "success", 0)
        workspace.bury(Tombstone("run", "train", number, "") for number in range(1, GONE + 1))
    return root / FOLDER / FILE


def content(file: Path) -> list[str]:
    """All that is in it, as SQL, read by SQLite alone."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make(tmp_path_factory.mktemp("made")).read_bytes()


@pytest.fixture
def file(tmp_path: Path, made: bytes) -> Path:
    with Workspace.open(tmp_path):
        pass
    file = tmp_path / FOLDER / FILE
    file.write_bytes(made)
    return file


def test_what_was_pruned_takes_no_room(tmp_path: Path, file: Path) -> None:
    before, size = content(file), file.stat().st_size
    with Workspace.open(tmp_path) as workspace:
        workspace.shrink()
        assert workspace.runs(limit=1)[0].id == f"train-{RUNS}"
        assert workspace.row("PRAGMA journal_mode")[0] == "wal"  # type: ignore[index]
    assert content(file) == before
    assert file.stat().st_size < size / 4
    small = file.stat()
    with Workspace.open(tmp_path) as workspace:
        workspace.shrink()
    assert file.stat() == small, "what is small already is not written again"


def test_beside_somebody_who_writes_nothing_happens(tmp_path: Path, file: Path) -> None:
    size = file.stat().st_size
    with (
        Workspace.open(tmp_path) as writer,
        Workspace.open(tmp_path) as other,
        writer.transaction() as connection,
    ):
        connection.execute("DELETE FROM pruned WHERE number = 1")
        begin = time.monotonic()
        other.shrink()
        assert time.monotonic() - begin < 30, "nobody waits for it"
        assert other.row("PRAGMA page_count")[0] * 4096 >= size  # type: ignore[index]
        assert other.row("PRAGMA busy_timeout")[0] == 60_000  # type: ignore[index]
    assert file.stat().st_size == size


def test_beside_somebody_who_reads_both_are_right(tmp_path: Path, file: Path) -> None:
    before = content(file)
    with Workspace.open(tmp_path) as reader, Workspace.open(tmp_path) as other:
        rows = reader._connection.execute("SELECT id FROM runs ORDER BY number")
        first = rows.fetchone()[0]
        other.shrink()
        assert [first, *(row[0] for row in rows)] == [
            f"train-{number}" for number in range(GONE + 1, RUNS + 1)
        ]
    assert content(file) == before


def test_killed_while_it_is_written_anew(tmp_path: Path, file: Path, made: bytes) -> None:
    moments, before = random.Random(6), content(file)
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], check=True, capture_output=True)
    longest = time.monotonic() - begin
    hits = 0
    for _ in range(12):
        file.write_bytes(made)
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(moments.uniform(0, longest / 4))
        process.kill()
        hits += "done" not in process.communicate()[0]
        assert content(file) == before
    assert hits
