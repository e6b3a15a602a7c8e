"""`envspec fmt`, as people, editors and CI call it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_check import ENVSPEC, envspec

UGLY = "edition=1\nenvironment e{python='3.12'}\n".replace("'", '"')
NEAT = 'edition = 1\n\nenvironment e { python = "3.12" }\n'


def test_files_are_formatted_in_place_and_once(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text(UGLY)
    file.chmod(0o640)
    done = envspec("fmt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "formatted a.envspec" in done.stderr
    assert file.read_text() == NEAT
    assert file.stat().st_mode & 0o777 == 0o640
    assert "0 of 1 file changed" in envspec("fmt", cwd=tmp_path).stderr


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_check_and_diff_write_nothing(tmp_path: Path, option: str) -> None:
    file = tmp_path / "a.envspec"
    file.write_text(UGLY)
    done = envspec("fmt", option, cwd=tmp_path)
    assert done.returncode == 1
    assert file.read_text() == UGLY
    if option == "--diff":
        assert "-edition=1" in done.stdout and "+edition = 1" in done.stdout
    file.write_text(NEAT)
    assert envspec("fmt", option, cwd=tmp_path).returncode == 0


def test_a_file_that_does_not_parse_is_left_alone_and_the_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "bad.envspec").write_text("environment e {\n")
    (tmp_path / "good.envspec").write_text(UGLY)
    done = envspec("fmt", cwd=tmp_path)
    assert done.returncode == 4
    assert "bad.envspec:1:" in done.stderr
    assert (tmp_path / "bad.envspec").read_text() == "environment e {\n"
    assert (tmp_path / "good.envspec").read_text() == NEAT


@pytest.mark.parametrize(
    ("given", "options", "status", "printed"),
    [
        (UGLY, (), 0, NEAT),
        (UGLY, ("--check",), 1, ""),
        (NEAT, ("--check",), 0, ""),
        ("a = \n", (), 4, "a = \n"),
    ],
)
def test_stdin(tmp_path: Path, given: str, options: tuple[str, ...], status: int, printed: str) -> None:
    done = subprocess.run(
        [*ENVSPEC, "fmt", *options, "-"], cwd=tmp_path, input=given, capture_output=True, text=True, timeout=60,
        check=False, env=dict(os.environ),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (status, printed), done.stderr


def test_a_file_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    for name in ("a", "c"):
        (tmp_path / f"{name}.envspec").write_text('environment e { python="3.12" }\n')
    (tmp_path / "b.envspec").symlink_to("nowhere")
    done = envspec("fmt", cwd=tmp_path)
    assert done.returncode == 2
    assert "`b.envspec` cannot be read" in done.stderr
    assert (tmp_path / "c.envspec").read_text() == 'environment e { python = "3.12" }\n'
