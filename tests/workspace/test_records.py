"""Versions, images, runs, models and deployments: numbers, lost runs, killed writers."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.workspace import connection
from envspec.workspace.database import Workspace
from tests.workspace.conftest import Start

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def test_versions_count_per_name(workspace: Workspace) -> None:
    register = workspace.register_environment
    assert register("a", ONE, "{}", "{}") == 1
    assert register("a", TWO, "{}", "{}") == 2
    assert register("b", TWO, "{}", "{}") == 1
    assert register("a", ONE, "{}", "{}") == 1
    newest = workspace.environment("a")
    assert newest is not None
    assert newest.number == 2
    assert workspace.environment("a", 3) is None
    assert [(e.name, e.number) for e in workspace.environments()] == [("a", 2), ("a", 1), ("b", 1)]


def test_tags_of_a_version(workspace: Workspace) -> None:
    workspace.register_environment("a", ONE, "{}", "{}", tags={"stage": "test", "team": "x"})
    workspace.mark_environment("a", 1, tags={"stage": "live", "team": ""})
    found = workspace.environment("a", 1)
    assert found is not None
    assert found.tags == {"stage": "live"}
    with pytest.raises(Failure):
        workspace.mark_environment("a", 2, tags={"x": "y"})


def test_fifty_processes_at_once(start: Start, root: Path) -> None:
    """They begin together, on a workspace that is not there yet, each with the same things as the others and with its own:
    the same has the same number, every number is given once, and nobody is told that anything is locked."""
    program = (
        "sys.stdin.readline()\n"
        "import json\n"
        "workspace = Workspace.open(root)\n"
        "me, said = sys.argv[2], []\n"
        "for n in range(4):\n"
        "    said.append(('mine', n, workspace.register_environment('e', f'sha256:{me}-{n}', '{}', '{}')))\n"
        "    said.append(('shared', n, workspace.register_environment('e', f'sha256:shared-{n}', '{}', '{}')))\n"
        "    said.append(('model', n, workspace.register_model('wine', f'sha256:shared-{n}')))\n"
        "    run = workspace.start_run('train', key='k', definition='{}')\n"
        "    workspace.mark_environment('e', said[-2][2], labels=['newest', f'of-{me}'], tags={me: str(n)})\n"
        "    workspace.finish_run(run, 'success', 0)\n"
        "    said.append(('run', n, int(run.partition('-')[2])))\n"
        "workspace.close()\n"
        "print(json.dumps(said))\n"
    )
    processes = [start(program, str(number), stdin=True) for number in range(50)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    given: dict[str, list[int]] = {"mine": [], "run": []}
    shared: dict[tuple[str, int], set[int]] = {}
    for process in processes:
        out, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
        for what, n, number in json.loads(out):
            if what in given:
                given[what].append(number)
            else:
                shared.setdefault((what, n), set()).add(number)
    assert {key: len(numbers) for key, numbers in shared.items()} == dict.fromkeys(shared, 1)
    versions = given["mine"] + [
        n for (what, _), numbers in shared.items() if what == "shared" for n in numbers
    ]
    assert sorted(versions) == list(range(1, 50 * 4 + 4 + 1))
    assert sorted(given["run"]) == list(range(1, 50 * 4 + 1))
    with Workspace.open(root) as workspace:
        assert sorted(e.number for e in workspace.environments("e")) == sorted(versions)
        assert sorted(m.number for m in workspace.models()) == [1, 2, 3, 4]
        assert {r.outcome for r in workspace.runs(limit=1000)} == {"success"}
        tags = {
            key: value for e in workspace.environments("e") for key, value in e.tags.items() if value == "3"
        }
        assert set(tags) == {str(number) for number in range(50)}, "no mark was overwritten by another's"
        labels = [label for e in workspace.environments("e") for label in e.labels]
        assert sorted(labels) == sorted(["newest", *(f"of-{number}" for number in range(50))])
        assert [row[0] for row in workspace.rows("PRAGMA integrity_check")] == ["ok"]


def test_somebody_who_does_not_let_go(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E1104, after the minute that is waited (here a moment), says what is the matter; then it works."""
    monkeypatch.setattr(connection, "_WAIT_SECONDS", 0.2)
    with Workspace.open(root) as other:
        with workspace.transaction():
            with pytest.raises(Failure) as failure:
                other.register_model("wine", ONE)
            [diagnostic] = failure.value.diagnostics
            assert (
                diagnostic.code == "E1104" and "another process has held the workspace" in diagnostic.message
            )
            assert other.models() == [], "looking does not wait"
        assert other.register_model("wine", ONE) == 1


def test_a_run_from_start_to_end(workspace: Workspace) -> None:
    run_id = workspace.start_run(
        "tune-alpha-0.1",
        key="k1",
        definition='{"command": []}',
        cell={"alpha": 0.1},
        environment="sklearn",
        environment_number=3,
        snapshot=ONE,
        inputs={"wine": {"path": "data/wine.csv", "digest": TWO}},
        git={"commit": "abc", "dirty": False},
        engine="local",
        log="runs/{id}/log.txt",
    )
    assert run_id == "tune-alpha-0.1-1"
    running = workspace.run(run_id)
    assert running is not None
    assert (running.outcome, running.finished) == ("running", None)
    assert running.log == "runs/tune-alpha-0.1-1/log.txt"
    assert workspace.latest_run("tune-alpha-0.1", "k1") is None
    workspace.finish_run(run_id, "success", 0, {"model": {"digest": ONE}}, {"cpu_seconds": 1.5})
    found = workspace.latest_run("tune-alpha-0.1", "k1")
    assert found is not None
    assert found == workspace.run("1")
    assert (found.status, found.outputs, found.usage) == (0, {"model": {"digest": ONE}}, {"cpu_seconds": 1.5})
    assert found.cell == {"alpha": 0.1}
    with pytest.raises(Failure):
        workspace.finish_run(run_id, "failed", 1)


def test_only_a_success_of_the_same_key_counts(workspace: Workspace) -> None:
    for key, outcome in (("k1", "success"), ("k1", "failed"), ("k2", "failed")):
        workspace.finish_run(workspace.start_run("train", key=key, definition="{}"), outcome)
    found = workspace.latest_run("train", "k1")
    assert found is not None
    assert found.id == "train-1"
    assert workspace.latest_run("train", "k2") is None
    assert [r.id for r in workspace.runs("train", limit=2)] == ["train-3", "train-2"]


def test_a_run_whose_recorder_was_killed_is_lost(start: Start, workspace: Workspace) -> None:
    process = start(
        "import time\nprint(Workspace.open(root).start_run('train', key='k', definition='{}'), flush=True)\n"
        "time.sleep(60)\n"
    )
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    before = workspace.run(run_id)
    assert before is not None
    assert before.outcome == "running"
    process.kill()
    process.wait()
    after = workspace.run(run_id)
    assert after is not None
    assert after.outcome == "lost"


def test_a_killed_writer_leaves_whole_records(start: Start, root: Path) -> None:
    """What was said to be finished is there, whenever the writer dies."""
    program = (
        "workspace = Workspace.open(root)\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    run = workspace.start_run('train', key='k', definition='{}')\n"
        "    workspace.register_environment('e', f'sha256:{run}', '{}', '{}')\n"
        "    workspace.finish_run(run, 'success', 0, {'model': {'digest': run}})\n"
        "    print(run, flush=True)\n"
    )
    chance = random.Random(7)
    for _ in range(6):
        process = start(program)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.15))
        process.kill()
        said, _ = process.communicate()
        with Workspace.open(root) as workspace:
            assert [row[0] for row in workspace.rows("PRAGMA integrity_check")] == ["ok"]
            finished = {r.id: r for r in workspace.runs(limit=10**6)}
            for run_id in said.split():
                assert finished[run_id].outcome == "success"
                assert finished[run_id].outputs == {"model": {"digest": run_id}}
            assert all(r.outputs for r in finished.values() if r.outcome == "success")
            assert all(r.outcome in ("success", "lost") for r in finished.values())


def test_images(workspace: Workspace) -> None:
    workspace.record_image(ONE, "docker", "envspec/sklearn:111111111111", "sklearn", 5, 1.5, "log")
    workspace.record_image(ONE, "local", "/prefix", "sklearn")
    workspace.record_image(ONE, "docker", "envspec/sklearn:111111111111", "sklearn", 6)
    found = workspace.image(ONE, "docker")
    assert found is not None
    assert (found.location, found.size) == ("envspec/sklearn:111111111111", 6)
    assert len(workspace.images()) == 2
    workspace.forget_image(ONE, "docker")
    assert workspace.image(ONE, "docker") is None


def test_models(workspace: Workspace) -> None:
    assert workspace.register_model("wine", ONE, run="train-1", output="model", size=3) == 1
    assert workspace.register_model("wine", TWO, path="model.pkl") == 2
    assert workspace.register_model("wine", ONE, run="train-9", output="model") == 1
    found = workspace.model("wine", ONE)
    assert found is not None
    assert (found.run, found.output, found.size) == ("train-1", "model", 3)
    newest = workspace.model("wine")
    assert newest is not None
    assert newest.digest == TWO
    assert workspace.model("beer") is None
    assert [m.number for m in workspace.models()] == [2, 1]


def test_deployments(workspace: Workspace) -> None:
    def record(handle: str, engine: str = "local") -> int:
        return workspace.record_deployment(
            "scorer", engine=engine, handle=handle, url="http://127.0.0.1:8080", definition="{}",
            models={"wine": ONE},
        )  # fmt: skip

    record("1")
    second = record("2")
    third = record("3", "docker")
    found = workspace.deployment("scorer", "local")
    assert found is not None
    assert (found.number, found.handle, found.models) == (second, "2", {"wine": ONE})
    newest = workspace.deployment("scorer")
    assert newest is not None
    assert newest.number == third
    assert workspace.stop_deployment(third)
    assert not workspace.stop_deployment(third)
    assert [d.handle for d in workspace.deployments()] == ["2"]
    assert [d.handle for d in workspace.deployments(stopped=True)] == ["3", "2", "1"]
