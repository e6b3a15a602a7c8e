"""A workspace of every released schema is taken along: nothing is lost, and it ends with the tables of a new one."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace
from envspec.workspace.migrations import CURRENT

SCHEMAS = Path(__file__).parent / "schemas"
RELEASED = sorted(int(path.stem) for path in SCHEMAS.glob("*.sql"))


def made(root: Path, version: int) -> Path:
    (root / FOLDER).mkdir(parents=True)
    file = root / FOLDER / FILE
    connection = sqlite3.connect(file)
    connection.executescript("PRAGMA journal_mode = WAL;" + (SCHEMAS / f"{version}.sql").read_text())
    connection.close()
    return file


def tables(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """What SQLite itself says that each table has, by name and whatever the text of its making was."""
    connection = sqlite3.connect(file)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    indexes = connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'").fetchall()
    connection.close()
    return {**found, "indexes": sorted(indexes)}


def rows(file: Path) -> dict[str, list[dict[str, object]]]:
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in names}
    connection.close()
    return found


def test_every_released_schema_but_the_newest_has_its_text() -> None:
    assert list(range(1, CURRENT)) == RELEASED


@pytest.mark.parametrize("version", RELEASED)
def test_it_ends_with_the_tables_of_a_new_one(version: int, tmp_path: Path) -> None:
    file = made(tmp_path / "old", version)
    Workspace.open(tmp_path / "old").close()
    Workspace.open(tmp_path / "new").close()
    assert tables(file) == tables(tmp_path / "new" / FOLDER / FILE)


@pytest.mark.parametrize("version", RELEASED)
def test_nothing_is_lost(version: int, tmp_path: Path) -> None:
    file = made(tmp_path, version)
    before = rows(file)
    Workspace.open(tmp_path).close()
    after = rows(file)
    moved = {"train-2": "one", "scorer": "two"}
    for table, old in before.items():
        for row in old:
            if table in ("runs", "deployments"):
                row["environment"] = moved.get(str(row.get("id", row["name"])), row["environment"])
            assert any(row.items() <= new.items() for new in after[table]), (table, row)
        assert len(after[table]) == len(old)


def test_what_used_versions_of_schema_1(tmp_path: Path) -> None:
    made(tmp_path, 1)
    with Workspace.open(tmp_path) as workspace:
        one = workspace.environment_uses("one")[1]
        assert (one.runs, one.run_count) == (("train-2", "train-1"), 2)
        assert [image.location for image in one.images] == ["/prefix/one"]
        two = workspace.environment_uses("two")
        assert set(two) == {2}  # an image of one of two versions: nobody knows of which
        assert [use.name for use in two[2].deployments] == ["scorer"]
        assert workspace.environment_uses("two.1")[1].runs == ("train-3",)  # an environment really called so
        found = workspace.environment("one")
        assert found is not None
        assert (found.labels, found.archived, found.description) == ((), "", "The one")


@pytest.mark.parametrize("version", RELEASED)
def test_killed_while_it_moves(version: int, tmp_path: Path) -> None:
    """Whenever it dies, the next one finds the old schema or the new one, whole."""
    program = (
        "import sys; from pathlib import Path; from envspec.workspace.database import Workspace\n"
        "print('ready', flush=True); sys.stdin.readline(); Workspace.open(Path(sys.argv[1])).close()\n"
    )
    seen = set()
    for at in range(12):
        root = tmp_path / str(at)
        file = made(root, version)
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(root)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(at * 0.002)
        process.kill()
        process.communicate()
        connection = sqlite3.connect(file)
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.close()
        assert found in (version, CURRENT)
        assert ("environment_labels" in tables(file)) == (found >= 2)
        assert ("shared_versions" in tables(file)) == (found >= 3)
        assert ("pruned" in tables(file)) == (found >= 4)
        assert ("folder_digests" in tables(file)) == (found >= 5)
        seen.add(found)
        with Workspace.open(root) as workspace:
            assert workspace.environment_names() == ["one", "two", "two.1"]
    assert seen


def test_only_a_command_that_writes_takes_it_along(tmp_path: Path) -> None:
    file = made(tmp_path, 1)
    before = file.read_bytes()
    with pytest.raises(Failure) as failure:
        Workspace.look(tmp_path)
    [diagnostic] = failure.value.diagnostics
    assert diagnostic.code == "E1220"
    assert re.search(r"`envspec env list`", diagnostic.help)
    assert file.read_bytes() == before
