"""A workspace on a disk that becomes full, and in a folder that is read-only, both mounted for real: a clear message with
the documented status, no half of anything, and afterwards everything works."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.conftest import have
from tests.engines.small_disk import fill, read_only, small_disk
from tests.workspace.killed_worker import write_project
from tests.workspace.whole import Told, check

pytestmark = [pytest.mark.mounts, pytest.mark.slow]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path / "project")
    return tmp_path / "project"


@contextmanager
def small(project: Path, kibibytes: int) -> Iterator[Path]:
    disk = small_disk(project / ".envspec", kibibytes=kibibytes)
    state = have(disk.__enter__)
    try:
        yield state
    finally:
        disk.__exit__(None, None, None)


def ok(*arguments: str, cwd: Path) -> str:
    done = envspec(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*arguments: str, cwd: Path) -> str:
    """One clear message with the status of a workspace that cannot be written."""
    done = envspec(*arguments, cwd=cwd)
    assert done.returncode == 2, (arguments, done.returncode, done.stderr)
    # `up` writes what it compiles first, into a folder of the workspace
    code = "E1207" if arguments == ("up",) else "E1101"
    assert done.stderr.count("error[") == 1 and f"error[{code}]" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def outcomes(project: Path) -> list[str]:
    return [run["outcome"] for run in json.loads(ok("runs", "list", "--format", "json", cwd=project))["runs"]]


def test_a_disk_that_is_full_from_the_start(project: Path) -> None:
    with small(project, 64) as state:
        fill(state)
        assert "no space left on device" in refused("build", cwd=project)
        (state / "ballast").unlink()


def test_full_when_a_version_is_registered(project: Path) -> None:
    with small(project, 2048) as state:
        ok("build", cwd=project)
        before = ok("env", "list", cwd=project)
        fill(state)
        assert ok("env", "list", cwd=project) == before, "what only looks works on a full disk"
        said = refused("build", "--set", "shade=other", cwd=project)
        assert "full" in said or "no space left" in said or "i/o error" in said.lower()
        (state / "ballast").unlink()
        check(project, Told())
        assert ok("env", "list", cwd=project) == before
        ok("build", "--set", "shade=other", cwd=project)
        assert ok("env", "list", cwd=project).count("\n") == before.count("\n") + 1


def test_full_in_the_middle_of_a_snapshot(project: Path) -> None:
    with small(project, 2048) as state:
        ok("run", "train", cwd=project)
        for number in range(40):
            (project / "src" / f"part{number}.bin").write_bytes(random.Random(number).randbytes(100_000))
        assert "no space left on device" in refused("run", "train", cwd=project)
        assert outcomes(project) == ["success"], "a run whose source cannot be kept does not begin"
        assert list((state / "store" / "arriving").iterdir()) == []
        check(project, Told())
        for path in (project / "src").glob("part*"):
            path.unlink()
        for path in state.glob("store/sha256/??/*"):
            if path.stat().st_size == 100_000:
                path.unlink()  # what has arrived is whole, and is used by nothing
        ok("run", "train", "--set", "number=2", cwd=project)


def test_full_while_a_program_logs(project: Path) -> None:
    """The program is told by its own write; whether there was room to record it or not, nothing is half there."""
    (project / "src" / "train.py").write_text(
        "import sys\nfrom envspec_run import log_metric\n"
        "try:\n    for n in range(10**6): log_metric('loss', n)\n"
        "except OSError as error:\n    print(error, flush=True)\n    sys.exit(7)\n"
    )
    spec = project / "a.envspec"
    spec.write_text(spec.read_text().replace('"-S", ', ""))
    with small(project, 1024) as state:
        done = envspec("run", "train", cwd=project)
        assert done.returncode in (2, 7) and "Traceback" not in done.stderr, done.stderr
        assert done.stderr.count("error[E1101]") + done.stderr.count("error[E1207]") == (done.returncode == 2)
        [outcome] = outcomes(project)
        assert outcome == ("failed" if done.returncode == 7 else "lost")
        lines = (state / "runs" / "train-1" / "metrics.jsonl").read_bytes().split(b"\n")
        assert all(json.loads(line)["metric"] == "loss" for line in lines[:-1])
        ok("runs", "delete", "train-1", cwd=project)  # which makes room, and needs some
        check(project, Told())
        assert not (state / "runs" / "train-1").exists()
        (project / "src" / "train.py").write_text("import sys; open(sys.argv[2], 'w').write('small')")
        ok("run", "train", cwd=project)


def test_full_when_an_output_is_kept(project: Path) -> None:
    """Outside of the workspace there is room for it (`snapshot = false` works in the source), inside there is not."""
    spec = project / "a.envspec"
    spec.write_text(
        spec.read_text().replace('source      = "src"', 'source      = "src"\n    snapshot    = false')
    )
    (project / "src" / "train.py").write_text(
        "import os, sys; open(sys.argv[2], 'wb').write(os.urandom(3_000_000))"
    )
    with small(project, 2048) as state:
        assert "no space left on device" in refused("run", "train", cwd=project)
        assert outcomes(project) == ["failed"]
        assert json.loads(ok("models", "list", "--format", "json", cwd=project))["models"] == []
        assert list((state / "store" / "arriving").iterdir()) == []
        check(project, Told())


READING = (
    ("env", "list"), ("env", "show", "e"), ("runs", "list"), ("runs", "show", "train-1"), ("runs", "logs", "train-1"),
    ("runs", "outputs", "train-1"), ("models", "list"), ("graph",), ("deployments", "list"), ("check",), ("plan",),
)  # fmt: skip
WRITING = (
    ("build", "--set", "shade=other"), ("run", "train"), ("up",), ("env", "tag", "e:1", "stable"), ("env", "archive", "e"),
    ("runs", "rerun", "train-1"), ("runs", "delete", "train-1"),
    ("prune", "--keep", "1", "--yes"),
)  # fmt: skip


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_that_is_read_only(project: Path) -> None:
    """For root too, whom modes of files do not stop."""
    ok("run", "train", cwd=project)
    said = {arguments: ok(*arguments, cwd=project) for arguments in READING}
    before = contents(project / ".envspec")
    mounted = read_only(project / ".envspec")
    have(mounted.__enter__)
    try:
        for arguments in READING:
            assert ok(*arguments, cwd=project) == said[arguments], arguments
        for arguments in WRITING:
            refused(*arguments, cwd=project)
        assert contents(project / ".envspec") == before
    finally:
        mounted.__exit__(None, None, None)
    for arguments in WRITING:
        ok(*arguments, cwd=project)


def test_read_only_with_what_a_killed_process_left(project: Path) -> None:
    """Its last words are in the journal: they are shown, or it is said that they cannot be; never left out."""
    ok("build", cwd=project)
    program = (
        "import os, sys; from pathlib import Path; from envspec.workspace.database import Workspace\n"
        "Workspace.open(Path(sys.argv[1])).register_environment('killed', 'sha256:1', '{}', '{}'); os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(project)], check=True)
    assert (project / ".envspec" / "workspace.sqlite-wal").stat().st_size > 0
    mounted = read_only(project / ".envspec")
    have(mounted.__enter__)
    try:
        done = envspec("env", "list", cwd=project)
        if done.returncode != 0:
            assert (done.returncode, done.stderr.count("error[E1101]")) == (2, 1), done.stderr
        else:
            assert "killed:1" in done.stdout
    finally:
        mounted.__exit__(None, None, None)
    assert "killed:1" in ok("env", "list", cwd=project)


def test_a_database_of_a_newer_envspec_and_one_that_is_damaged(project: Path) -> None:
    ok("build", cwd=project)
    file = project / ".envspec" / "workspace.sqlite"
    with sqlite3.connect(file) as raw:
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        raw.execute(f"PRAGMA user_version = {version + 1}")
    raw.close()
    before = file.read_bytes()
    for arguments in (("env", "list"), ("build",), ("run", "train"), ("runs", "list")):
        done = envspec(*arguments, cwd=project)
        assert done.returncode == 2 and done.stderr.count("error[E1103]") == 1, done.stderr
        assert f"of version {version + 1}, this envspec knows {version}" in done.stderr
    assert file.read_bytes() == before
    for damage in (
        b"no database at all, but long enough to be read" * 50,
        before[:4096] + b"\xff" * (len(before) - 4096),
    ):
        file.write_bytes(damage)
        for arguments in (("env", "list"), ("build",)):
            done = envspec(*arguments, cwd=project)
            assert (
                done.returncode == 2 and "error[E1102]" in done.stderr and "Traceback" not in done.stderr
            ), done.stderr
            assert "workspace.sqlite` is not a workspace database" in done.stderr
        assert file.read_bytes() == damage, "what is left can be saved"
        file.unlink()
        ok("build", cwd=project)


def test_a_damaged_object_is_named_and_not_used(project: Path) -> None:
    ok("run", "train", cwd=project)
    digest = json.loads(ok("models", "list", "--format", "json", cwd=project))["models"][0]["digest"]
    stored = project / ".envspec" / "store" / "sha256" / digest[7:9] / digest[9:]
    stored.chmod(0o644)
    stored.write_bytes(b"model X")  # as long as what was there
    done = envspec("runs", "outputs", "train-1", "-o", "out", cwd=project)
    assert done.returncode == 2 and "error[E1106]" in done.stderr and digest[9:] in done.stderr
    assert not list((project / "out").rglob("*.txt"))
    script = next(
        path
        for path in (project / ".envspec/store").glob("sha256/??/*")
        if b"envspec" in path.read_bytes().lower()
    )
    script.chmod(0o644)
    script.write_bytes(b"print('evil')\n")
    done = envspec("run", "train", "--set", "number=2", cwd=project)
    assert done.returncode == 2 and "error[E1106]" in done.stderr and script.name in done.stderr, done.stderr
    assert outcomes(project)[0] == "failed"
    script.unlink()
    ok("run", "train", "--set", "number=2", cwd=project)
