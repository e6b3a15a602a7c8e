"""Opening a workspace: made, found, damaged, newer, not writable, by many at once."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.workspace import connection
from envspec.workspace.database import Workspace
from envspec.workspace.migrations import CURRENT
from tests.workspace.conftest import Start


def code_of(failure: pytest.ExceptionInfo[Failure]) -> str:
    [diagnostic] = failure.value.diagnostics
    return diagnostic.code


def test_the_folder_ignores_itself(workspace: Workspace, root: Path) -> None:
    assert (root / ".envspec" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert workspace.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert workspace.rows("PRAGMA user_version")[0][0] == CURRENT


def test_what_was_remembered_is_found_again(root: Path) -> None:
    with Workspace.open(root) as first:
        number = first.register_environment("sklearn", "sha256:" + "1" * 64, "{}", "{}")
    with Workspace.open(root) as second:
        found = second.environment("sklearn", number)
    assert found is not None
    assert found.version_hash == "sha256:" + "1" * 64


def test_reading_makes_nothing(root: Path) -> None:
    assert Workspace.read(root) is None
    assert not root.exists()


def test_a_file_that_is_no_database(root: Path) -> None:
    (root / ".envspec").mkdir(parents=True)
    (root / ".envspec" / "workspace.sqlite").write_bytes(b"not a database, but long enough to be read" * 50)
    with pytest.raises(Failure) as failure:
        Workspace.open(root)
    assert code_of(failure) == "E1102"


def test_a_database_with_a_hole(root: Path) -> None:
    with Workspace.open(root) as workspace:
        for number in range(200):
            workspace.register_environment("e", f"sha256:{number:064}", "{}" * 100, "{}")
    file = root / ".envspec" / "workspace.sqlite"
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(size - 4096))
    with pytest.raises(Failure) as failure, Workspace.open(root) as workspace:
        workspace.environments()
        workspace.runs()
    assert code_of(failure) == "E1102"


def test_a_newer_schema(root: Path) -> None:
    Workspace.open(root).close()
    with sqlite3.connect(root / ".envspec" / "workspace.sqlite") as raw:
        raw.execute(f"PRAGMA user_version = {CURRENT + 1}")
    with pytest.raises(Failure) as failure:
        Workspace.open(root)
    assert code_of(failure) == "E1103"


def test_an_older_schema_takes_the_steps_it_lacks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(root) as workspace:
        workspace.register_environment("sklearn", "sha256:" + "1" * 64, "{}", "{}")
    later = (
        *connection.MIGRATIONS,
        "CREATE TABLE later (x TEXT);\nINSERT INTO later SELECT name FROM environments;",
    )
    monkeypatch.setattr(connection, "MIGRATIONS", later)
    monkeypatch.setattr(connection, "CURRENT", len(later))
    with Workspace.open(root) as workspace:
        assert [row[0] for row in workspace.rows("SELECT x FROM later")] == ["sklearn"]
        assert workspace.rows("PRAGMA user_version")[0][0] == len(later)


def test_a_step_that_fails_leaves_the_former_schema(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workspace.open(root).close()
    with monkeypatch.context() as patch:
        broken = (*connection.MIGRATIONS, "CREATE TABLE later (x TEXT);\nINSERT INTO nowhere VALUES (1);")
        patch.setattr(connection, "MIGRATIONS", broken)
        patch.setattr(connection, "CURRENT", len(broken))
        with pytest.raises(Failure):
            Workspace.open(root)
    with Workspace.open(root) as workspace:
        assert workspace.rows("SELECT name FROM sqlite_master WHERE name = 'later'") == []


def test_a_folder_that_is_a_file(root: Path) -> None:
    root.mkdir()
    (root / ".envspec").write_text("", encoding="utf-8")
    with pytest.raises(Failure) as failure:
        Workspace.open(root)
    assert code_of(failure) == "E1101"


def test_a_folder_that_may_not_be_written(root: Path) -> None:
    """Root may write anywhere, so the attempt is made as another user where we are root."""
    with Workspace.open(root) as workspace:
        workspace.register_environment("sklearn", "sha256:" + "1" * 64, "{}", "{}")
    state = root / ".envspec"
    for path in [*state.iterdir(), state]:
        path.chmod(path.stat().st_mode & ~stat.S_IWUSR & ~stat.S_IWGRP & ~stat.S_IWOTH | stat.S_IROTH)
    state.chmod(0o555)
    # the folders above must let another user pass, and the project is where pytest keeps its own private ones
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom envspec.diagnostics import Failure\n"
        "from envspec.workspace.database import Workspace\n"
        "import envspec.diagnostics, urllib.parse, fcntl\n"
        "os.chdir(sys.argv[1])\n"
        "if os.getuid() == 0:\n    os.setgid(65534); os.setuid(65534)\n"
        "try:\n    Workspace.open(Path('.'))\nexcept Failure as failure:\n"
        "    print(failure.diagnostics[0].code)\n"
        "print([e.name for e in Workspace.read(Path('.')).environments()])\n"
    )
    if os.getuid() == 0:
        for above in [root, *root.parents]:
            if above.stat().st_uid == os.getuid() and above != Path(above.anchor):
                above.chmod(above.stat().st_mode | stat.S_IXOTH)
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False
    )
    state.chmod(0o755)
    assert done.stdout.splitlines() == ["E1101", "['sklearn']"], done.stderr


def test_many_open_a_new_workspace_at_once(start: Start, root: Path) -> None:
    processes = [start("Workspace.open(root).close(); print('fine')") for _ in range(8)]
    assert [process.communicate()[0].strip() for process in processes] == ["fine"] * 8
    with Workspace.open(root) as workspace:
        assert workspace.environments() == []


def test_a_failed_transaction_leaves_nothing(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), workspace.transaction() as writing:
        writing.execute(
            "INSERT INTO images VALUES ('h', 'local', 'x', '', 0, 0.0, '', '2026-01-01T00:00:00.000Z')"
        )
        raise ZeroDivisionError
    assert workspace.images() == []


def test_opening_imports_no_heavy_module() -> None:
    program = (
        "import sys; import envspec.workspace.database\n"
        "print(sorted({'subprocess', 'yaml', 'packaging', 'rattler', 'docker'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_folder_that_has_no_name_in_utf_8_is_refused(tmp_path: Path) -> None:
    """SQLite is given texts, and records name what is in the workspace."""
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    with pytest.raises(Failure, match="is not UTF-8"):
        Workspace.open(root)
