"""Pruning beside processes that run, build and work: nobody loses what is his."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envspec.actions.pruning.choosing import Rules
from envspec.actions.pruning.prune import prune, rules_of, would_go
from envspec.engines.local import marker
from envspec.engines.local.environment import build_lock, in_use_lock, prefix_of
from envspec.workspace.connection import FOLDER
from envspec.workspace.database import Workspace
from envspec.workspace.holding import gathering
from tests.pruning.graphs import digest
from tests.pruning.real import Found

SPEC = """edition = 1

environment e {
    python = ">=3.11"
}

run copy {
    environment = e
    source      = "src"
    command     = ["python", "copy.py", outputs.text]
    outputs     = { text = "out/text.txt" }
}

run again {
    environment = e
    source      = "src"
    command     = ["python", "copy.py", outputs.text]
    inputs      = { text = run.copy.outputs.text }
    outputs     = { text = "out/text.txt" }
}

model words { from = run.again.outputs.text }
"""
COPY = """import pathlib, sys
place = pathlib.Path(sys.argv[1])
place.parent.mkdir(exist_ok=True)
place.write_text(pathlib.Path("words.txt").read_text())
"""
RUNNER = """
import sys
from pathlib import Path
from envspec.actions.loading import load
from envspec.actions.options import Options
from envspec.actions.running import chosen_runs, run_once
from envspec.workspace.database import Workspace

root, times = Path(sys.argv[1]), int(sys.argv[2])
for number in range(times):
    # Content comes back, after prune may have taken it.
    (root / "src" / "words.txt").write_text(f"words {number % 2} of {sys.argv[3]}")
    loaded = load(Options(path=root / "a.envspec"))
    with Workspace.open(loaded.root) as workspace:
        for run in chosen_runs(loaded, ["copy", "again"]):
            status = run_once(loaded, workspace, run)
            assert status == 0, status
print("done")
"""


def quiet(_line: str) -> None:
    pass


@pytest.mark.parametrize("runners", [1, 2])
def test_runs_that_begin_and_end_meanwhile_lose_nothing(tmp_path: Path, runners: int) -> None:
    roots = [tmp_path / str(number) for number in range(runners)]
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    for root in roots:
        (root / "src").mkdir(parents=True)
        (root / "a.envspec").write_text(SPEC)
        (root / "src" / "copy.py").write_text(COPY)
    started = [  # one workspace, each with a spec of its own
        subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(root), "8", root.name],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for root in roots
    ]  # fmt: skip
    state = tmp_path / FOLDER
    pruned = rounds = 0
    while any(process.poll() is None for process in started):
        if (state / "workspace.sqlite").exists():
            done = prune(tmp_path, Rules("", 0), quiet)
            pruned += sum(item.kind == "store" for item in done.items)
            rounds += 1
    for process in started:
        stdout, stderr = process.communicate(timeout=60)
        assert (process.returncode, stdout) == (0, "done\n"), stderr
    assert pruned >= 2, f"in {rounds} rounds there was content to take"
    found = Found(tmp_path)
    assert found.named() <= found.objects.keys(), "every digest of a record that stayed can be had"
    found.check_content(found)
    assert {model["run"] for model in found.models} <= {run["id"] for run in found.runs}


def test_content_between_the_store_and_its_record_stays(tmp_path: Path) -> None:
    """Prune waits for whoever has stored something that no record names yet."""
    (tmp_path / "a").write_text("a")
    with Workspace.open(tmp_path) as workspace:
        with gathering(workspace.state):
            found = workspace.put(tmp_path / "a").digest
            program = (
                "import sys; from pathlib import Path; from envspec.actions.pruning.prune import *\n"
                "prune(Path(sys.argv[1]), Rules(), lambda line: print(line, flush=True))"
            )
            process = subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout is not None
            assert process.stdout.readline() == "waiting for those who are storing something\n"
            time.sleep(0.3)
            assert process.poll() is None
            assert found in workspace.store
            workspace.register_model("m", found)
        assert process.wait(timeout=60) == 0
        assert found in workspace.store
        workspace.store.verify(found)


def built(root: Path, name: str, environment: str, when: str) -> tuple[Path, str]:
    """A prefix as the local engine leaves it, recorded as that of the next version of an environment."""
    hash = digest(name)
    prefix = prefix_of(root / FOLDER, hash)
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "tool").write_text(name * 100)
    marker.write(prefix, marker.Marker(hash, "{}", str(prefix), 100, False, {}))
    with Workspace.open(root) as workspace, workspace.transaction() as connection:
        number = workspace.register_environment(environment, digest(f"version {name}"), "{}", "")
        workspace.record_image(hash, "local", str(prefix), environment, 100)
        workspace.use_environment(environment, number, hash, "local")
        for table, column in (("images", "created"), ("environment_images", "used")):
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE hash = ?", (when, hash))
    return prefix, hash


HOLD = """
import sys; from pathlib import Path
from envspec.engines.in_use import use
from envspec.engines.file_lock import exclusive
if sys.argv[1] == "use":
    use(Path(sys.argv[2])); print("held", flush=True); sys.stdin.read()
else:
    with exclusive(Path(sys.argv[2])): print("held", flush=True); sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("how", "why"), [("use", "a process works in it"), ("build", "a build goes on in it"), ("", "")]
)
def test_an_environment_in_which_a_process_works_stays(tmp_path: Path, how: str, why: str) -> None:
    old, _ = built(tmp_path, "one", "e", "2026-01-01T00:00:00.000Z")
    new, _ = built(tmp_path, "two", "e", "2026-01-01T00:00:00.000Z")
    rules = rules_of(3600, kinds=["images"])
    if how:
        lock = in_use_lock(old) if how == "use" else build_lock(old)
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, how, str(lock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with Workspace.open(tmp_path) as workspace:
            dry = would_go(workspace, rules)
        for said in (dry, prune(tmp_path, rules, quiet)):
            assert said.items == ()
            assert (f"image {old.relative_to(tmp_path)}", why) in said.kept
        assert marker.read(old) is not None and (old / "bin" / "tool").exists()
        process.kill()  # and the lock is nobody's
        process.wait()
    done = prune(tmp_path, rules, quiet)
    assert [(item.kind, item.name, item.size) for item in done.items] == [
        ("image", str(old.relative_to(tmp_path)), 100)
    ]
    assert not old.exists() and (new / "bin" / "tool").exists()
    with Workspace.open(tmp_path) as workspace:
        assert [image.location for image in workspace.images()] == [str(new)]
        assert workspace.environment("e", 1) is not None, "its version stays, and can be built again"
        assert workspace.pruned_image(digest("one"), "local") is not None


def test_what_killed_builds_left_goes(tmp_path: Path) -> None:
    kept, _ = built(tmp_path, "one", "e", "2026-01-01T00:00:00.000Z")
    environments = tmp_path / FOLDER / "environments"
    half = environments / digest("half")[7:27]
    for folder in (half, half.with_name(half.name + ".build"), half.with_name(half.name + ".packages")):
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "a").write_text("abc")
    (tmp_path / FOLDER / "removed" / "old").mkdir(parents=True)
    (tmp_path / FOLDER / "removed" / "old" / "x").write_text("x")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, "build", str(build_lock(half))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    done = prune(tmp_path, Rules(), quiet)
    assert [item.kind for item in done.items] == ["removed"]
    assert "a build goes on in it" in done.notes[0]
    process.kill()
    process.wait()
    done = prune(tmp_path, Rules(), quiet)
    assert [(item.kind, item.name) for item in done.items] == [
        ("build", f".envspec/environments/{half.name}")
    ]
    assert sorted(path.name for path in environments.iterdir() if path.is_dir()) == [kept.name]
    assert not (tmp_path / FOLDER / "removed").exists()


def test_what_nobody_may_write_to_goes_too(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        folder = workspace.state / "runs" / "train-9" / "work" / "locked"
        folder.mkdir(parents=True)
        (folder / "a").write_text("a")
        folder.chmod(0o500)
        folder.parent.chmod(0o500)
    done = prune(tmp_path, Rules(), quiet)
    assert [(item.kind, item.name, item.size) for item in done.items] == [("run folder", "train-9", 1)]
    assert not (tmp_path / FOLDER / "removed").exists() or os.getuid() == 0


def test_what_serves_keeps_all_that_it_needs(tmp_path: Path) -> None:
    """A live deployment: its prefix, its source, the copies of its models; also a run's inputs while it goes on."""
    prefix, _ = built(tmp_path, "one", "e", "2026-01-01T00:00:00.000Z")
    built(tmp_path, "two", "e", "2026-01-01T00:00:00.000Z")
    (tmp_path / "m").write_text("model")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text("pass")
    with Workspace.open(tmp_path) as workspace:
        source = workspace.snapshot(tmp_path / "src").digest
        model, other = workspace.put(tmp_path / "m").digest, digest("other")
        for kind, name in (("sources", source), ("sources", other), ("outputs", model), ("outputs", other)):
            folder = workspace.state / kind / name[7:]
            folder.mkdir(parents=True)
            (folder / "a").write_text("a")
            os.utime(folder, (1, 1))
        workspace.record_deployment(
            "scorer", engine="local", handle="h", url="http://127.0.0.1:1", environment="e", environment_number=1,
            definition=json.dumps({"snapshot": source}), models={"m": model},
        )  # fmt: skip
        done = prune(tmp_path, rules_of(0, now=1_900_000_000.0), quiet)
        assert (f"image {prefix.relative_to(tmp_path)}", "deployment scorer needs it") in done.kept
        assert ("environment e:1", "deployment scorer #1 needs it") in done.kept
        assert [(item.kind, item.count) for item in done.items] == [("copies", 2)]
        assert prefix.exists() and model in workspace.store and source in workspace.store
        for kind, name in (("sources", source), ("outputs", model)):
            assert (workspace.state / kind / name[7:]).exists()
            assert not (workspace.state / kind / other[7:]).exists()
        record = workspace.deployment("scorer")
        assert record is not None and record.snapshot == source
        workspace.stop_deployment(record.number)
        done = prune(tmp_path, rules_of(0, now=1_900_000_000.0), quiet)
        assert {item.kind for item in done.items} == {"deployment", "environment", "image", "copies", "store"}
        assert not prefix.exists() and model not in workspace.store
