"""A workspace on folders of the network, mounted for real: refused without locks, right with them, whoever writes where."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.workspace import file_system
from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec
from tests.conftest import have
from tests.engines.network_folders import gluster_folder, sftp_folder

KNOWN = """
import os, sys
from pathlib import Path
from envspec.workspace import file_system
from envspec.workspace.database import Workspace
file_system._SHARED |= {"fuse.glusterfs"}
"""
WRITE = (
    KNOWN
    + """
root, me = Path(sys.argv[1]), sys.argv[2]
for n in range(4):
    with Workspace.open(root) as workspace:
        print(workspace.register_environment("e", f"sha256:{me}-{n}", "{}", "{}"), flush=True)
        workspace.register_environment("e", f"sha256:shared-{n}", "{}", "{}")
        workspace.finish_run(workspace.start_run("train", key="k", definition="{}"), "success", 0)
"""
)


SPEC = 'edition = 1\nenvironment e {\n    managed = false\n    interpreter = "python3"\n}\n'


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[Path]:
    folder = sftp_folder(tmp_path / "sftp")
    yield have(folder.__enter__)
    folder.__exit__(None, None, None)


@pytest.fixture
def gluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """It stands in for NFS, which a container's kernel has not: the tests say that it is one whose locks are kept, which is
    true as long as one machine uses it."""
    monkeypatch.setattr(file_system, "_SHARED", file_system._SHARED | {"fuse.glusterfs"})
    folders = gluster_folder(tmp_path / "gluster")
    yield have(folders.__enter__)
    folders.__exit__(None, None, None)


def mode(root: Path) -> int:
    """1 for a rollback journal, 2 for a WAL: byte 18 of the file, when nobody has it open."""
    return (root / FOLDER / FILE).read_bytes()[18]


def test_without_locks_it_is_refused(sftp: Path) -> None:
    for way in (Workspace.open, Workspace.read):
        if way is Workspace.open or (sftp / FOLDER / FILE).exists():
            with pytest.raises(Failure) as failure:
                way(sftp)
            [diagnostic] = failure.value.diagnostics
            assert diagnostic.code == "E1109"
            assert "(fuse.sshfs)" in diagnostic.message
    assert not (sftp / FOLDER / FILE).exists()


def test_glusterfs_is_refused(gluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its locks reach all clients, but not the pages that they keep: two clients gave one number to two versions."""
    monkeypatch.undo()
    with pytest.raises(Failure) as failure:
        Workspace.open(gluster)
    assert "(fuse.glusterfs)" in failure.value.diagnostics[0].message


def test_a_command_says_so_once(sftp: Path) -> None:
    (sftp / "pyproject.toml").write_text("[tool.envspec]\n")
    (sftp / "a.envspec").write_text(SPEC)
    refused = envspec("build", cwd=sftp)
    assert refused.returncode == 2, refused.stderr
    assert refused.stderr.count("error[E1109]") == 1 and "Traceback" not in refused.stderr
    assert envspec("check", cwd=sftp).returncode == 0
    assert envspec("env", "list", cwd=sftp).returncode == 0  # an empty one is looked at where none is


def test_a_workspace_elsewhere(gluster: Path, tmp_path: Path) -> None:
    """Where the folder follows links, as `envspec explain E1109` says."""
    project = gluster
    (project / "pyproject.toml").write_text("[tool.envspec]\n")
    (project / "a.envspec").write_text(SPEC)
    (tmp_path / "local").mkdir()
    (project / FOLDER).symlink_to(tmp_path / "local")
    assert envspec("build", cwd=project).returncode == 0
    assert envspec("env", "list", cwd=project).stdout.splitlines()[1].startswith("e:1")
    assert mode(project) == 2


def test_many_write_at_once(gluster: Path) -> None:
    """Eight processes, with a rollback journal on a file system that has no memory to share."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(gluster), str(number)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(8)
    ]  # fmt: skip
    numbers = []
    for process in started:
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        numbers += [int(line) for line in out.split()]
    assert len(set(numbers)) == len(numbers) == 8 * 4
    assert mode(gluster) == 1
    for root in [gluster]:
        connection = sqlite3.connect(root / FOLDER / FILE)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = [row[0] for row in connection.execute("SELECT number FROM environments ORDER BY number")]
        assert found == list(range(1, 8 * 4 + 4 + 1))
        assert connection.execute("SELECT count(*), max(number) FROM runs").fetchone() == (32, 32)
        connection.close()
        left = {path.name for path in (root / FOLDER).iterdir()}
        assert not left & {f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"}


def test_a_project_that_is_moved_there_and_back(gluster: Path, tmp_path: Path) -> None:
    """With a WAL that a killed process left: nothing of it is lost."""
    here = tmp_path / "here"
    program = (
        "import os, sys; from pathlib import Path; from envspec.workspace.database import Workspace\n"
        "Workspace.open(Path(sys.argv[1])).register_environment('e', 'sha256:1', '{}', '{}'); os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(here)], check=True)
    assert (here / FOLDER / f"{FILE}-wal").stat().st_size > 0
    there = gluster / "project"
    shutil.copytree(here, there, ignore=shutil.ignore_patterns("*-shm"))
    with Workspace.open(there) as workspace:
        assert [e.number for e in workspace.environments()] == [1]
        workspace.register_environment("e", "sha256:2", "{}", "{}")
    assert mode(there) == 1 and not (there / FOLDER / f"{FILE}-shm").exists()
    with Workspace.look(gluster / "project") as workspace:
        assert [e.number for e in workspace.environments()] == [2, 1]
    shutil.copytree(there, tmp_path / "back")
    with Workspace.open(tmp_path / "back") as workspace:
        assert [e.number for e in workspace.environments()] == [2, 1]
        assert workspace.rows("PRAGMA journal_mode")[0][0] == "wal"


def test_killed_while_it_writes_there(gluster: Path) -> None:
    """What a killed writer left of a rollback journal is rolled back by the next."""
    program = (
        KNOWN + "workspace = Workspace.open(Path(sys.argv[1]))\n"
        "with workspace.transaction() as writing:\n"
        "    for n in range(20000):\n"
        "        writing.execute(\"INSERT INTO file_hashes VALUES (?, 0, 0, 0, 0, '')\", (str(n) * 40,))\n"
        "    print('half', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(gluster)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    os.kill(process.pid, 9)
    process.communicate()
    with Workspace.open(gluster) as workspace:
        assert workspace.rows("SELECT count(*) FROM file_hashes")[0][0] == 0
        assert workspace.rows("PRAGMA integrity_check")[0][0] == "ok"
