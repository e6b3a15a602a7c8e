"""Random workspaces on disk are pruned: what stays can be had whole, and nothing else is left."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from envspec.actions.pruning.choosing import Rules
from envspec.actions.pruning.prune import prune, rules_of, would_go
from envspec.actions.pruning.remembered import Remembered
from envspec.workspace.connection import FOLDER
from envspec.workspace.database import Workspace
from tests.pruning.graphs import rules, workspaces
from tests.pruning.real import Found, make


def quiet(_line: str) -> None:
    pass


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(workspaces(), rules)
def test_what_stays_is_whole_and_nothing_else_is_left(wanted: Remembered, asked: Rules) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, wanted)
        before = Found(root)
        with Workspace.open(root) as workspace:
            dry = would_go(workspace, asked)
        assert Found(root).objects == before.objects, "a dry run takes nothing"
        done = prune(root, asked, quiet)
        assert [(one.kind, one.name, one.size, one.count) for one in dry.items] == [
            (one.kind, one.name, one.size, one.count) for one in done.items
        ]
        after = Found(root)
        after.check_content(before)
        after.check_records()
        assert after.objects.keys() <= after.named(), "what no record names is gone"
        assert after.folders == {run["id"] for run in after.runs}
        with Workspace.open(root) as workspace:
            for at, name in enumerate(sorted(after.named() & after.objects.keys())):
                workspace.store.verify(name)
                workspace.materialize(name, root / "again" / str(at))
            for item in done.items:
                if item.kind == "run":
                    gone = workspace.pruned_run(item.name)
                    assert gone is not None and gone.id == item.name
        assert not (root / FOLDER / "removed").exists()
        assert prune(root, Rules(), quiet).items == ()


@pytest.mark.parametrize("kind", ["manifest", "nothing"])
def test_a_damaged_folder_of_the_store_takes_no_file_with_it(tmp_path: Path, kind: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("a")
    (tmp_path / "orphan").write_text("orphan")
    with Workspace.open(tmp_path) as workspace:
        digest = workspace.snapshot(tmp_path / "src").digest
        orphan = workspace.put(tmp_path / "orphan").digest
        workspace.finish_run(
            workspace.start_run("train", key="k", definition="{}", snapshot=digest, log="runs/{id}/log.txt"),
            "success",
        )
        path = workspace.store.tree_path(digest)
        if kind == "manifest":
            value = json.loads(path.read_bytes())
            value["value"] = []
            path.chmod(0o644)
            path.write_text(json.dumps(value))
        file = workspace.tree_digest(tmp_path / "src" / "a.py")
        done = prune(tmp_path, Rules(), quiet)
        assert file in workspace.store
        assert (orphan in workspace.store) is (kind == "manifest")
        assert any("is damaged: no file of the store goes" in note for note in done.notes) is (
            kind == "manifest"
        )


def test_ages(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        for _ in range(3):
            identifier = workspace.start_run("train", key="k", definition="{}", log="runs/{id}/log.txt")
            workspace.finish_run(identifier, "success")
        moment = 1_900_000_000.0
        ids = [item.name for item in would_go(workspace, rules_of(3600, now=moment)).items]
        assert ids == ["train-1", "train-2"], "in 2030 they are old, and the newest stays"
        assert would_go(workspace, rules_of(3600)).items == ()
        assert would_go(workspace, rules_of(1e18)).items == ()
