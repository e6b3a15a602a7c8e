"""`prune` is killed at random moments: no record names what is half gone, and the next one finishes it.

`ENVSPEC_KILLS` says how often, `ENVSPEC_KILLS_SEED` where the moments begin.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from envspec.actions.pruning.choosing import Rules
from envspec.actions.pruning.prune import prune
from envspec.engines.local import marker
from envspec.workspace.connection import FOLDER
from envspec.workspace.database import Workspace
from tests.pruning.real import Found
from tests.pruning.test_beside_others import built

KILLS = int(os.environ.get("ENVSPEC_KILLS", "12"))
SEED = int(os.environ.get("ENVSPEC_KILLS_SEED", "6"))
PROGRAM = """
import sys
from pathlib import Path
from envspec.actions.pruning.prune import Rules, prune
print("ready", flush=True)
sys.stdin.readline()
prune(Path(sys.argv[1]), Rules("", int(sys.argv[2])), print)
print("done", flush=True)
"""
RUNS = 60


def make(root: Path) -> None:
    """Runs with a source, an output and a folder each, a model of every third, and versions with prefixes."""
    (root / "src").mkdir(parents=True)
    (root / "src" / "same.py").write_text("same")
    for number in range(6):
        built(root, f"prefix {number}", "e", "2026-01-01T00:00:00.000Z")
    with Workspace.open(root) as workspace:
        for number in range(RUNS):
            (root / "src" / "own.py").write_text(f"{number}")
            (root / "out").write_text(f"output {number // 2}")
            identifier = workspace.start_run(
                "train", key="k", definition="{}", snapshot=workspace.snapshot(root / "src").digest, environment="e",
                environment_number=1 + number // 10, engine="local", log="runs/{id}/log.txt",
            )  # fmt: skip
            folder = workspace.state / "runs" / identifier / "work"
            folder.mkdir(parents=True)
            (folder / "a").write_text("a")
            (folder.parent / "log.txt").write_text(identifier)
            digest = workspace.put(root / "out").digest
            workspace.finish_run(identifier, "success", 0, {"out": {"path": "out", "digest": digest}})
            if number % 3 == 0:
                workspace.register_model("m", digest, run=identifier, output="out")


def start(root: Path, keep: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(root), str(keep)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def check(root: Path, before: Found) -> None:
    found = Found(root)
    found.check_content(before)
    found.check_records()
    for run in found.runs:
        folder = root / FOLDER / "runs" / run["id"]
        assert (folder / "log.txt").read_text() == run["id"], "a run that is remembered has its folder, whole"
        assert (folder / "work" / "a").exists()
    with Workspace.open(root) as workspace:
        for image in workspace.images():
            prefix = Path(image.location)
            whole = (prefix / "bin" / "tool").exists()
            assert whole or marker.read(prefix) is None, "a prefix that is not whole counts for nothing"
        ids = {run["id"] for run in found.runs}
        for number in range(1, RUNS + 1):
            assert (f"train-{number}" in ids) is (workspace.pruned_run(f"train-{number}") is None)


def test_killed_while_it_prunes(tmp_path: Path) -> None:
    moments = random.Random(SEED)
    root = tmp_path / "whole"
    make(root)
    before = Found(root)
    process = start(root, 40)
    begin = time.monotonic()
    process.communicate("\n", timeout=120)
    longest = time.monotonic() - begin
    check(root, before)
    hits = 0
    root = tmp_path / "killed"
    make(root)
    before = Found(root)
    for at in range(KILLS):
        process = start(root, max(0, RUNS - 5 * (at + 1)))  # each time a little more is asked for
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(moments.uniform(0.0, longest))
        process.kill()
        stdout, stderr = process.communicate()
        assert "Traceback" not in stderr
        hits += "done" not in stdout
        check(root, before)
    assert hits, "some came before it was done"
    prune(root, Rules("", 0), print)
    check(root, before)
    found = Found(root)
    assert [run["id"] for run in found.runs] == ["train-58", "train-60"], (
        "the newest, and that of the newest model"
    )
    assert found.objects.keys() == found.named() & before.objects.keys()
    assert found.folders == {run["id"] for run in found.runs}
    assert prune(root, Rules("", 0), print).items == ()
    assert not (root / FOLDER / "removed").exists()
    prefixes = [path.name for path in (root / FOLDER / "environments").iterdir() if path.is_dir()]
    assert len(prefixes) == 1
