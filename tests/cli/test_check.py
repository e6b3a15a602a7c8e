"""`envspec check`, `explain` and `schema` as a process, as users and CI call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.cli.command_server import CommandServer

ENVSPEC = [sys.executable, "-m", "envspec"]


@cache
def command_server() -> CommandServer:
    return CommandServer()


def envspec(
    *arguments: str, cwd: Path, timeout: float = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own; forked from one that has imported envspec where that comes to the same."""
    whole = {**os.environ, **variables}
    if os.environ.get("ENVSPEC_FORKED_COMMANDS") != "0" and (server := command_server()).fits(whole):
        return server.run(arguments, cwd, whole, timeout)
    return started(*arguments, cwd=cwd, timeout=timeout, **variables)


def started(
    *arguments: str, cwd: Path, timeout: float = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The same, never forked: whose time is to be measured."""
    return subprocess.run(
        [*ENVSPEC, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_a_right_file_is_silent_on_stdout(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text('edition = 1\nenvironment e {\n    python = "3.12"\n}\n')
    done = envspec("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 file checked" in done.stderr


def test_all_problems_at_once_with_place_and_fix(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenviroment a {\n}\nenvironment e {\n    chanels = ["x"]\n    python = 3.10\n}\n'
    )
    done = envspec("check", cwd=tmp_path)
    assert done.returncode == 1
    for part in ("a.envspec:2:1", "a.envspec:5:5", "a.envspec:6:14", "did you mean `channels`?", "3 errors"):
        assert part in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_what_does_not_parse_is_status_4(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text("edition = 1\nenvironment e {\n    python = \n}\n")
    done = envspec("check", "--format", "concise", cwd=tmp_path)
    assert done.returncode == 4
    assert len(done.stdout.splitlines()) == 1


def test_json_names_every_place(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text('edition = 1\nenvironment é {\n    python = "3.12"\n}\n')
    done = envspec("check", "--format", "json", cwd=tmp_path)
    report = json.loads(done.stdout)
    assert report["schema"] == 1
    assert all(
        d["span"]["file"] == "a.envspec" and d["span"]["start"]["line"] == 2 for d in report["diagnostics"]
    )


def test_a_missing_file_is_status_2_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "wine.envspec").write_text("edition = 1\n")
    done = envspec("check", "whine.envspec", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_misspelt_command_gets_a_suggestion(tmp_path: Path) -> None:
    done = envspec("chek", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean `check`?" in done.stderr


def test_explain_knows_every_code(tmp_path: Path) -> None:
    from envspec.diagnostics.codes import codes

    assert envspec("explain", "e0203", cwd=tmp_path).stdout.startswith("E0203 (error): unknown attribute")
    assert envspec("explain", "E9999", cwd=tmp_path).returncode == 2
    for row in codes().values():
        assert row.title and row.explanation and row.severity in {"error", "warning", "info"}


def test_schema_is_the_one_in_the_tree(tmp_path: Path) -> None:
    from envspec.language.schema import ir_schema

    assert json.loads(envspec("schema", cwd=tmp_path).stdout) == ir_schema()


def test_output_does_not_depend_on_hash_seed_or_folder(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "a.envspec").write_text(
        'edition = 1\nenvironment e {\n    pip = ["b", "a"]\n    frob = 1\n    knob = 2\n}\n'
    )
    outputs = {
        envspec("check", "--format", "concise", str(folder), cwd=folder, PYTHONHASHSEED=seed).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
