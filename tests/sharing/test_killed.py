"""`kill -9` while something is pulled or pushed: all of it is there, or nothing that anybody sees."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from envspec.actions.sharing import models
from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace
from envspec.workspace.processes import this_host
from envspec.workspace.store import digest_of_file
from tests.engines.registry import OciRegistry
from tests.sharing.conftest import People, contents, nobody, register_model

KILLS = int(os.environ.get("ENVSPEC_KILLS", "15"))
PROGRAM = """
import sys
from pathlib import Path
from envspec.actions.sharing import models
from envspec.workspace.database import Workspace
root, place = Path(sys.argv[2]), sys.argv[3]
print("ready", flush=True)
if sys.argv[1] == "pull":
    models.pull(root, place)
else:
    with Workspace.open(root) as workspace:
        models.push(workspace, workspace.model("wine"), place, lambda line: None)
"""
FILES = {f"{n}/part.bin": bytes([n]) * 150_000 + b"x" for n in range(25)}


@pytest.fixture
def place(oci_registry: OciRegistry) -> str:
    return f"{oci_registry.address}/models/{uuid.uuid4().hex[:12]}"


def killed(what: str, root: Path, place: str, seconds: float) -> bool:
    """Whether it was killed before it was done, some time after it had begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, what, str(root), place],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    process.communicate()
    return process.returncode != 0


def whole(root: Path) -> None:
    """Every object of the store is what its name says, and the database is in order."""
    for kind in ("sha256", "trees"):
        for path in (root / FOLDER / "store" / kind).glob("*/*"):
            assert digest_of_file(path) == f"sha256:{path.parent.name}{path.name}"
    if (root / FOLDER / FILE).exists():
        connection = sqlite3.connect(root / FOLDER / FILE)
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.close()


def test_a_killed_pull(people: People, place: str, tmp_path: Path) -> None:
    anna = people("anna")
    version = register_model(anna, tmp_path / "made", FILES)
    models.push(anna, version, place, nobody)
    chance = random.Random(3)
    hit = 0
    for turn in range(KILLS):
        root = tmp_path / f"killed-{turn}"
        root.mkdir()
        hit += killed("pull", root, place, chance.uniform(0.05, 1.2))
        whole(root)
        with Workspace.open(root) as workspace:
            found = workspace.models()
            assert len(found) == len(workspace.shared_versions("model", "wine")) <= 1
            if not found:
                assert not list(root.glob(".envspec/store/trees/*/*")) or version.digest in workspace.store
            pulled = models.pull(root, place)
            assert (pulled.number, pulled.new) == (1, not found)
            workspace.materialize(version.digest, root / "copy")
        assert contents(root / "copy") == contents(tmp_path / "made")
    assert hit >= KILLS // 3


def test_a_killed_push(people: People, place: str, tmp_path: Path) -> None:
    anna = people("anna")
    version = register_model(anna, tmp_path / "made", FILES)
    chance = random.Random(4)
    hit = 0
    for turn in range(max(KILLS // 3, 3)):
        where = f"{place}/{turn}"
        hit += killed("push", anna.root, where, chance.uniform(0.1, 2.0))
        pushed = models.push(anna, version, where, nobody)
        assert pushed.number == 1
        assert models.pull(people(f"p{turn}").root, f"{where}:1").identity == version.digest
    assert hit


def test_what_a_killed_pull_left_is_taken_away(people: People, place: str, tmp_path: Path) -> None:
    """When it is old, and of no process of this machine that lives."""
    anna, bert = people("anna"), people("bert")
    models.push(anna, register_model(anna, tmp_path / "made", {"m": b"m"}), place, nobody)
    arriving = bert.store.folder / "arriving"
    arriving.mkdir(parents=True)
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    names = {
        "old": f"{this_host()}@{dead.pid}.a", "new": f"{this_host()}@{dead.pid}.b",
        "alive": f"{this_host()}@{os.getpid()}.c", "elsewhere": f"other@{dead.pid}.d",
    }  # fmt: skip
    for name in names.values():
        (arriving / name).touch()
    for name in ("old", "alive", "elsewhere"):
        os.utime(arriving / names[name], (1, 1))
    models.pull(bert.root, place)
    assert {path.name for path in arriving.iterdir()} == {
        names[name] for name in ("new", "alive", "elsewhere")
    }


def test_two_pull_at_once(people: People, place: str, tmp_path: Path) -> None:
    anna = people("anna")
    version = register_model(anna, tmp_path / "made", FILES)
    models.push(anna, version, place, nobody)
    root = people("bert").root
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "pull", str(root), place], stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    whole(root)
    assert [(m.number, m.digest) for m in people("bert").models()] == [(1, version.digest)]
