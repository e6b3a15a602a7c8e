"""Everything that the fuzzer has found, again; and a short search. The long one is `python -m tests.fuzz`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import QUICK
from tests.fuzz.__main__ import work
from tests.fuzz.examine import broken_promise, make_project

CASES = sorted((Path(__file__).parent / "cases").glob("*.envspec"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the limit of time is a signal")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_was_found_stays_mended(case: Path, tmp_path: Path) -> None:
    make_project(tmp_path)
    # What the fuzzer calls too long is a second; a busy machine gets more.
    assert broken_promise(tmp_path, case.read_bytes(), seconds=20) == ""


def test_a_short_search_finds_nothing(tmp_path: Path) -> None:
    inputs, broken, _ = work((4711, 100 if QUICK else 1500, str(tmp_path)))
    assert inputs
    assert broken == 0, [path.read_text() for path in tmp_path.glob("*.txt")]
