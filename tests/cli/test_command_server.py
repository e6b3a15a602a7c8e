"""Forked commands are what started ones are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_check import ENVSPEC, command_server

WRONG = 'edition = 1\nenvironment e {\n    pyton = "3.12"\n}\n'


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--version",), 0),
        (("check",), 1),
        (("check", "--format", "json"), 1),
        (("chekc",), 2),
        (("check", "--no-such-option"), 2),
        (("env", "list"), 0),
        (("runs", "show", "7"), 2),
        (("explain", "E0203"), 0),
        (("fmt", "--check", "nowhere.envspec"), 2),
    ],
)
def test_they_say_and_end_the_same(tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    (tmp_path / "a.envspec").write_text(WRONG)
    variables = {**os.environ, "ENVSPEC_CACHE_DIR": str(tmp_path / "cache"), "NO_COLOR": "1"}
    assert command_server().fits(variables)
    forked = command_server().run(arguments, tmp_path, variables, 60)
    started = subprocess.run(
        [*ENVSPEC, *arguments],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        started.returncode,
        started.stdout,
        started.stderr,
    )
    assert forked.returncode == status


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(WRONG)
    with pytest.raises(subprocess.TimeoutExpired):
        command_server().run(("check", "--watch"), tmp_path, dict(os.environ), 1)


def test_a_variable_of_the_interpreter_needs_a_new_one() -> None:
    assert not command_server().fits({**os.environ, "PYTHONHASHSEED": "7"})
    assert not command_server().fits({**os.environ, "LC_ALL": "cs_CZ.ISO-8859-2"})
    assert command_server().fits({**os.environ, "ENVSPEC_CACHE_DIR": "/elsewhere"})
