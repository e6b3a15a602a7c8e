"""E12: what the command line itself can be asked wrongly, each with status 2 and its code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envspec.cli.outcome import run
from tests.cli.test_check import envspec

SPEC = """\
edition = 1

environment plain {
    python = "3.12"
}

environment many {
    matrix = { py = ["3.11", "3.12"] }
    python = matrix.py
}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["compile", "b.envspec", "-o", "out"], "E1201", "did you mean `a.envspec`?"),
        (["verify", "plian"], "E1418", "did you mean `plain`?"),
        (["check", "empty"], "E1201", "holds"),
        (["build", "plian"], "E1204", "did you mean `plain`?"),
        (["run", "train"], "E1204", "train"),
        (["deploy", "scorer"], "E1204", "scorer"),
        (["runs", "show", "nothing"], "E1105", "nothing"),
        (["exec", "many", "--", "true"], "E1205", "many-py-3.11"),
        (["exec", "plain", "--target", "docker", "--", "true"], "E1205", "local engine"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_usage(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str, words: str
) -> None:
    (project / "empty").mkdir()
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert f"error[{code}]" in err
    if code != "E1201" or "empty" not in arguments:
        assert words in err
    assert "Traceback" not in err


def test_no_hidden_folder_is_suggested(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".envspec").mkdir()
    assert run(["lock", "x.envspec"]) == 2
    assert "did you mean `.envspec`?" not in capsys.readouterr().err


def test_several_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.envspec").write_text(SPEC)
    assert run(["compile", ".", "-o", "out"]) == 2
    err = capsys.readouterr().err
    assert "E1202" in err and "`a.envspec`, `b.envspec`" in err


def test_output_that_drifted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compile", "-o", "out"]) == 0
    assert run(["compile", "-o", "out", "--check"]) == 0
    (project / "a.envspec").write_text(SPEC.replace('"3.12"\n', '"3.11"\n', 1))
    assert run(["compile", "-o", "out", "--check"]) == 1
    assert "E1206" in capsys.readouterr().err


def test_output_that_cannot_be_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "out").write_text("a file, not a folder")
    assert run(["compile", "-o", os.path.join("out", "inner")]) == 2  # noqa: PTH118
    assert "E1207" in capsys.readouterr().err
    assert (project / "out").read_text() == "a file, not a folder"


def test_a_kind_that_is_none_gets_the_nearest(tmp_path: Path) -> None:
    done = envspec("import", "azure-ml", "job.yml", cwd=tmp_path)
    assert done.returncode == 2 and "there is no kind `azure-ml`; did you mean `azureml`?" in done.stderr
    done = envspec("export", "kubernets", cwd=tmp_path)
    assert done.returncode == 2 and "did you mean `kubernetes`?" in done.stderr
    done = envspec("export", "nothing-like-it", cwd=tmp_path)
    assert done.returncode == 2 and "it is one of pylock, " in done.stderr


@pytest.mark.parametrize(
    ("command", "what"), [("build", "environment"), ("run", "run"), ("deploy", "deployment")]
)
def test_nothing_to_do_is_said(command: str, what: str, project: Path) -> None:
    (project / "a.envspec").write_text("edition = 1\n")
    done = envspec(command, cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"`a.envspec` defines no {what}\n"


def test_a_bill_of_a_file_without_environments(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text("edition = 1\n")
    done = envspec("sbom", cwd=tmp_path)
    assert done.returncode == 2
    assert "error[E1204]: `a.envspec` defines no environment\n" in done.stderr
