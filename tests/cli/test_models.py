"""`models download`: a registered version as a file or folder of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.sharing.conftest import contents, register_model


def test_a_model_is_copied_out(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    with Workspace.open(tmp_path) as workspace:
        register_model(workspace, tmp_path / "a", {"m.pkl": b"first"})
        register_model(workspace, tmp_path / "b", {"m.pkl": b"second"})
        tree = register_model(workspace, tmp_path / "folder", {"x": b"1", "sub/y": b"2"}, name="tree")
    assert ok(envspec("models", "download", "wine:1", "-o", "out/first", cwd=tmp_path)) == "out/first/m.pkl\n"
    assert ok(envspec("models", "download", "wine", "-o", "out", cwd=tmp_path)) == "out/m.pkl\n"
    assert contents(tmp_path / "out").keys() == {"first/m.pkl", "m.pkl"}
    assert (tmp_path / "out/first/m.pkl").read_bytes() == b"first"
    assert (tmp_path / "out/m.pkl").read_bytes() == b"second"
    there = envspec("models", "download", "wine", "-o", "out", cwd=tmp_path)
    assert there.returncode == 2 and "E1207" in there.stderr
    said = json.loads(
        ok(
            envspec(
                "models", "download", f"tree@{tree.digest}", "-o", "out", "--format", "json", cwd=tmp_path
            )
        )
    )
    assert said == {"schema": 1, "model": "tree:1", "digest": tree.digest, "path": "out/folder"}
    assert contents(tmp_path / "out/folder") == contents(tmp_path / "folder")
    (tmp_path / "out/m.pkl").write_bytes(b"mine to change")
    missing = envspec("models", "download", "wine:7", cwd=tmp_path)
    assert missing.returncode == 2 and "E1105" in missing.stderr and "wine:2" in missing.stderr
