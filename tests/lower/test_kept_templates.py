"""Compiled templates are kept, and what is not ours or not whole is as if nothing were."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import sys
from envspec.lower.templates import render
print(render("deployment.Dockerfile.j2", managed=True, python="/py", entry="score.py", user="1000:1000"))
print(f"compiled {sys.modules['jinja2'].Environment.compiled}")
"""
COUNTED = """
import jinja2
jinja2.Environment.compiled = 0
whole = jinja2.Environment.compile
def counted(self, *values, **named):
    jinja2.Environment.compiled += 1
    return whole(self, *values, **named)
jinja2.Environment.compile = counted
"""


def rendered(cache: Path) -> tuple[str, bool]:
    """The text, and whether a template was compiled for it."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTED + PROGRAM],
        env={"ENVSPEC_CACHE_DIR": str(cache), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    text, _, compiled = done.stdout.rpartition("compiled ")
    return text, int(compiled) > 0


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The cache folder after a first time."""
    tmp_path.chmod(0o700)
    assert rendered(tmp_path)[1]
    return tmp_path


def file_of(cache: Path) -> Path:
    (file,) = (cache / "templates").iterdir()
    return file


def test_a_template_is_compiled_once(kept: Path) -> None:
    assert file_of(kept).stat().st_mode & 0o777 == 0o600
    assert rendered(kept) == (rendered(kept / "other")[0], False)


@pytest.mark.parametrize("part", [0, 3, 20, 60, 400])
def test_a_file_that_was_cut_short(kept: Path, part: int) -> None:
    file = file_of(kept)
    whole = file.read_bytes()
    file.write_bytes(whole[:part])
    assert rendered(kept) == (rendered(kept / "other")[0], True)
    assert file.read_bytes()[:60] == whole[:60]


def test_a_file_that_others_may_write_to(kept: Path) -> None:
    file_of(kept).chmod(0o666)
    assert rendered(kept)[1]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("a file")
    assert rendered(tmp_path)[1]
