"""Lists of many runs and versions: what is shown, what is only counted, and that no query looks at all rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec


@pytest.fixture
def filled(workspace: Workspace, root: Path) -> Workspace:
    with workspace.transaction():
        for number in range(120):
            run = workspace.start_run(
                ("a", "b")[number % 2], key="k", definition="{}", environment="e", environment_number=1
            )
            workspace.finish_run(run, "success", 0)
    return workspace


def listed(root: Path, *arguments: str) -> tuple[list[str], str]:
    done = envspec("runs", "list", *arguments, cwd=root)
    assert done.returncode == 0, done.stderr
    return [line.split()[0] for line in done.stdout.splitlines()[1:]], done.stderr


def test_the_newest_are_listed_and_the_others_counted(filled: Workspace, root: Path) -> None:
    ids, said = listed(root)
    assert ids == [f"{'ba'[number % 2]}-{number}" for number in range(120, 70, -1)]
    assert "70 older: `--all` shows every run" in said
    ids, said = listed(root, "a", "-n", "3")
    assert ids == ["a-119", "a-117", "a-115"]
    assert "57 older" in said
    ids, said = listed(root, "--all")
    assert (len(ids), said) == (120, "")
    assert listed(root, "b", "-n", "60")[1] == ""
    done = envspec("runs", "list", "a", "-n", "2", "--format", "json", cwd=root)
    answer = json.loads(done.stdout)
    assert ([one["id"] for one in answer["runs"]], answer["older"]) == (["a-119", "a-117"], 58)


def test_what_is_asked_most_is_found_by_an_index(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite itself says whether it looks through a whole table, or sorts it."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    rows = Workspace.rows

    def recorded(self: Workspace, query: str, parameters: tuple[object, ...] = ()) -> object:
        asked.append((query, parameters))
        return rows(self, query, parameters)

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "rows", recorded)
        filled.runs()
        filled.runs("a")
        filled.run("a-1")
        filled.run("1")
        filled.latest_run("a", "k")
        filled.count_runs("a")
        filled.environment_uses("e", [1])
        filled.environment("e")
        filled.environment("e", 1)
        filled.list_environments("e")
    assert len(asked) >= 11
    for query, parameters in asked:
        plan = [str(row["detail"]) for row in filled.rows(f"EXPLAIN QUERY PLAN {query}", parameters)]
        whole = [step for step in plan if step.startswith("SCAN runs") and "LIMIT" not in query]
        whole += [step for step in plan if step.startswith("SCAN") and "runs" not in step]
        whole += [step for step in plan if "TEMP B-TREE" in step and "runs" in query]
        assert whole == [], query
