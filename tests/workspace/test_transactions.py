"""Transactions inside each other are one."""

from __future__ import annotations

import pytest

from envspec.workspace.database import Workspace


def test_what_fails_outside_takes_back_what_was_written_inside(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), workspace.transaction():
        run = workspace.start_run("train", key="k", definition="{}")
        workspace.register_model("wine", "sha256:" + "1" * 64, run=run)
        raise ZeroDivisionError
    assert workspace.runs() == []
    assert workspace.models() == []


def test_together_they_are_one_write(workspace: Workspace) -> None:
    with workspace.transaction():
        run = workspace.start_run("train", key="k", definition="{}")
        workspace.finish_run(run, "success", 0)
        workspace.register_model("wine", "sha256:" + "1" * 64, run=run)
    assert [r.outcome for r in workspace.runs()] == ["success"]
    assert [m.run for m in workspace.models()] == ["train-1"]
