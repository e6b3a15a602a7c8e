"""Which findings are shown: comments that allow some, `--select`, `--ignore`, `[tool.envspec.check]`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_check import envspec

pytestmark = pytest.mark.slow

SPEC = """edition = 1

environment e {
    python = "3.12"
    pip = ["pillow"]%s
}
"""


def codes(folder: Path, *arguments: str) -> list[str]:
    done = envspec("check", "--format", "json", *arguments, cwd=folder)
    assert done.returncode in {0, 1}, done.stderr
    return [finding["code"] for finding in json.loads(done.stdout)["diagnostics"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC % "")
    return tmp_path


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("", ["W0301"]),
        ("    # envspec: allow W0301 -- the newest", []),
        ("    # envspec: allow W0301", ["W0391"]),
        ("    # envspec: allow W0390, W0301 -- both", ["W0392"]),
        ("    # envspec: allow E0203 -- no", ["W0301", "W0392"]),
        ("    # envspec: allow E9999 -- no", ["W0301", "W0392"]),
        ("    # envspec: alow W0301 -- no", ["W0301", "W0392"]),
        ("    # envspec is what W0301 is about", ["W0301"]),
    ],
)
def test_a_comment_on_the_line(project: Path, comment: str, found: list[str]) -> None:
    (project / "a.envspec").write_text(SPEC % comment)
    assert codes(project) == found


def test_a_comment_on_the_line_before(project: Path) -> None:
    text = SPEC % ""
    comment = "    # envspec: allow W0301 -- the newest\n    # and more about it\n"
    (project / "a.envspec").write_text(text.replace("    pip", comment + "    pip"))
    assert codes(project) == []


def test_what_silences_nothing_is_told_and_taken_away(project: Path) -> None:
    text = 'edition = 1\nenvironment e {\n    python = "3.12"\n'
    text += '    # envspec: allow W0301 -- old\n    pip = ["a ==1"]\n}\n'
    (project / "a.envspec").write_text(text)
    assert codes(project) == ["W0390"]
    assert envspec("check", "--fix", cwd=project).returncode == 0
    assert "allow" not in (project / "a.envspec").read_text()


def test_a_comment_in_a_file_with_errors_is_not_called_unused(project: Path) -> None:
    (project / "a.envspec").write_text(SPEC % "\n    pyton = 3   # envspec: allow W0301 -- x")
    assert "W0390" not in codes(project)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--ignore", "W0301"], []),
        (["--ignore", "W03"], []),
        (["--ignore", "ALL"], []),
        (["--select", "W0390"], []),
        (["--select", "W0301,W0390", "--ignore", "W03"], ["W0301"]),
        (["--select", "W03", "--ignore", "W0301"], []),
        (["--select", "ALL"], ["W0301"]),
    ],
)
def test_the_longer_selector_wins(project: Path, arguments: list[str], found: list[str]) -> None:
    assert codes(project, *arguments) == found


def test_errors_are_always_shown(project: Path) -> None:
    (project / "a.envspec").write_text('edition = 1\nenvironment e {\n    pyton = "3.11"\n}\n')
    assert codes(project, "--ignore", "ALL") == ["E0203"]


def test_settings_choose_and_the_command_line_wins(project: Path) -> None:
    settings = project / "pyproject.toml"
    settings.write_text('[tool.envspec.check]\nignore = ["W0301"]\n')
    assert codes(project) == []
    assert codes(project, "--ignore", "W0390") == ["W0301"]
    settings.write_text('[tool.envspec.check]\nper-file-ignores = { "old/*" = ["W03"] }\n')
    (project / "old").mkdir()
    (project / "old" / "b.envspec").write_text(SPEC % "")
    assert codes(project) == ["W0301"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('selct = ["W03"]', ["unknown key `selct`", "did you mean `select`?"]),
        ('select = "W03"', ["no list of strings"]),
        ('ignore = ["X1"]', ["no code begins with `X1`"]),
        ('ignore = ["E02"]', ["errors, which cannot be left out"]),
        ("per-file-ignores = 3", ["no table"]),
    ],
)
def test_wrong_settings_are_told(project: Path, settings: str, words: list[str]) -> None:
    (project / "pyproject.toml").write_text(f"[tool.envspec.check]\n{settings}\n")
    done = envspec("check", cwd=project)
    assert done.returncode == 2
    assert "E1208" in done.stderr
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.parametrize(
    ("text", "name"),
    [("tool = 1", "tool"), ("tool.envspec = 1", "envspec"), ("[tool.envspec]\ncheck = 1", "check")],
)
def test_what_should_be_a_table_is_told_how_to_be_one(project: Path, text: str, name: str) -> None:
    (project / "pyproject.toml").write_text(f"{text} # envspec\n")
    done = envspec("check", cwd=project)
    assert f"error[E1208]: `{name}` in `pyproject.toml` is no table\n" in done.stderr
    assert "help: write a table there, as `[tool.envspec.check]` begins one\n" in done.stderr


def test_a_wrong_selector_is_a_mistake_in_usage(project: Path) -> None:
    done = envspec("check", "--select", "W99", cwd=project)
    assert done.returncode == 2
    assert "no code begins with `W99`" in done.stderr
