"""A program is ended by what was written down of it, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from envspec.engines.local.leftovers import end_program, identity
from envspec.engines.local.run import HANDLE, cancel


@pytest.mark.parametrize(
    "text", ["", "x", "1", "12 ", "0 ", "0 0", "1 1", "-1 5", "99999999999999999999 1", "1 1\n2", "\udcff"]
)
def test_what_was_never_written_ends_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / HANDLE).write_text(text, errors="surrogateescape")
    assert cancel(tmp_path) is False


def test_a_run_that_has_not_begun_has_no_program(tmp_path: Path) -> None:
    assert cancel(tmp_path) is False


def test_a_program_is_ended_and_another_with_its_number_is_not() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        known = identity(program.pid)
        if sys.platform == "linux":
            assert end_program(f"{program.pid} 1") is False
            assert end_program(f"{program.pid} ") is False
        assert program.poll() is None
        assert end_program(known) is True
        assert program.wait(30) != 0
        assert end_program(known) is False
    finally:
        program.kill()
        program.communicate()
