"""A file that no project holds may lie in a home, or at the root of a disk: not all of that is looked through."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.editor import analysis
from envspec.editor.analysis import Project


def test_only_so_many_folders_where_nothing_marks_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "_FOLDERS", 4)
    for number in range(9):
        folder = tmp_path / f"f{number}"
        folder.mkdir()
        (folder / "a.envspec").write_text("edition = 1\n")
    (tmp_path / "b.envspec").write_text("edition = 1\n")
    assert Project(tmp_path).spec_files() == ["b.envspec", "f0/a.envspec", "f1/a.envspec", "f2/a.envspec"]
    (tmp_path / "envspec.lock").write_text("")
    assert len(Project(tmp_path).spec_files()) == 10
