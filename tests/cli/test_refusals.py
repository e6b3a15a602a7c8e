"""What a command cannot do is told by its code, at its line, before anything is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envspec.cli.outcome import run
from envspec.diagnostics.codes import codes

START = 'edition = 1\n\nenvironment e {\n    python = ">=3.11"\n    %s\n}\n'
RUN = '\nrun r {\n    environment = e\n    command = ["python", "-V"]\n    %s\n}\n'


@pytest.mark.parametrize(
    ("arguments", "spec", "code", "words"),
    [
        (["run", "r"], START % "" + RUN % 'inputs = { data = "data.csv" }', "E0821", "data.csv"),
        (["run", "r"], "target far { kind = slurm }\n" + START % "" + RUN % "target = far", "E0802", "slurm"),
        (["exec", "e", "--", "python"], "edition = 1\nenvironment e { managed = false }\n", "E0804", "interpreter"),
        (["exec", "e", "--", "python"],
         "edition = 1\nenvironment e { managed = false, interpreter = \"./none/python\" }\n", "E0805", "no such file"),
        (["env", "show", "nosuch"], START % "", "E1105", "nosuch"),
    ],
)  # fmt: skip
def test_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], spec: str, code: str, words: str,
) -> None:  # fmt: skip
    (tmp_path / "a.envspec").write_text(spec)
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == codes()[code].category.exit_status
    told = capsys.readouterr().err
    assert f"error[{code}]" in told
    assert words in told
    assert "Traceback" not in told


def test_a_lock_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.envspec").write_text(START % "")
    (tmp_path / "envspec.lock").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(["lock", "--check"]) != 0
    assert "error[E0622]" in capsys.readouterr().err


def test_a_check_reads_no_such_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule that asks the lock has nothing to say where there is none that can be read."""
    (tmp_path / "a.envspec").write_text(START % 'pip = ["reqeusts >=2"]')
    (tmp_path / "envspec.lock").write_bytes(b"\xff\xfe[" + b"{ name = " * 1000)
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["diagnostics"] == []
