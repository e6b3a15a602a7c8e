"""What a reference to a registered model means, and `models download`: a version as a file or folder of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

from envspec import Model
from envspec.api.workspace import Workspace as Place
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


def test_the_beginning_of_a_digest_will_do_as_with_environments(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    with Workspace.open(tmp_path) as workspace:
        for end in "0123456":
            digest = f"sha256:{'abcdef01' * 2}{end * 48}"
            workspace.register_model("wine", digest)
            workspace.register_environment("e", digest, json.dumps({"number": end}), "{}")
    for said, kind, name, more in (
        (("models", "show"), "models", "wine", ()), (("env", "tag"), "env", "e", ("best",)),
    ):  # fmt: skip
        shown = ok(envspec(*said, f"{name}@sha256:{'abcdef01' * 2}33", *more, cwd=tmp_path))
        assert shown.split()[0] == f"{name}:4", shown
        several = envspec(kind, "show", f"{name}@sha256:abcdef01", cwd=tmp_path)
        assert several.returncode == 2
        assert (
            f"the digests of `{name}:7`, `{name}:6`, `{name}:5`, `{name}:4` and 3 more begin so"
            in several.stderr
        )
        none = envspec(kind, "show", f"{name}@sha256:abcdef02", cwd=tmp_path)
        assert f"no version of `{name}` has a digest that begins with `sha256:abcdef02`" in none.stderr
        assert f"`{name}:7` is sha256:abcdef01abcd…" in none.stderr and "and 3 more" in none.stderr
    short = envspec("models", "show", "wine@sha256:abcd", cwd=tmp_path)
    assert short.returncode == 2 and "at least 8 digits of a digest, and here are 4" in short.stderr
    assert "`wine:7` is sha256:" in short.stderr
    for reference, said in (("beer", "no model is registered as `beer`"), ("beer:2", "no model is registered as `beer`"),
                            ("wine:9", "`wine` has no version 9")):  # fmt: skip
        done = envspec("models", "show", reference, cwd=tmp_path)
        assert f"error[E1105]: {said}\n" in done.stderr and done.stderr.count("note: ") == 1, "told once"
    assert Model("wine", f"sha256:{'abcdef01' * 2}55", workspace=Place(tmp_path)).version == 6
