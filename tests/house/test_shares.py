"""Every worker begins with its part of the long tests, and no test is lost."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.shares import LONG, TOGETHER, long_first

ROOT = Path(__file__).parents[2]


def pieces(order: list[str], workers: int) -> list[list[str]]:
    """How pytest-xdist's `worksteal` divides a list when it begins."""
    given, rest = [], list(order)
    for worker in range(workers):
        number = len(rest) // (workers - worker)
        given.append(rest[:number])
        del rest[:number]
    return given


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 6))
def test_each_piece_begins_with_its_part(which: list[bool], workers: int) -> None:
    tests = [f"{LONG[0] if long else 'tests/a.py'}::{number}" for number, long in enumerate(which)]
    order = long_first(tests, workers, str)
    assert sorted(order) == sorted(tests)
    if workers < 2 or len(tests) < workers or 2 * sum(which) > len(tests):
        assert order == tests
        return
    parts = []
    for piece in pieces(order, workers):
        number = sum(one.startswith(LONG) for one in piece)
        assert all(one.startswith(LONG) for one in piece[:number])
        parts.append(number)
    assert max(parts) - min(parts) <= 1
    neighbours = [one for one in order if not one.startswith(LONG)]
    assert neighbours == [one for one in tests if not one.startswith(LONG)], "they stay in their order"


@given(
    st.lists(st.sampled_from([LONG[0], TOGETHER[0], LONG[-1], *["tests/a.py"] * 5]), max_size=80),
    st.integers(2, 5),
)
def test_one_worker_gets_all_that_belong_together(which: list[str], workers: int) -> None:
    tests = [f"{file}::{number}" for number, file in enumerate(sorted(which, key=LONG.__contains__))]
    order = long_first(tests, workers, str)
    assert sorted(order) == sorted(tests)
    if order != tests:
        with_them = [
            piece for piece in pieces(order, workers) if any(one.startswith(TOGETHER) for one in piece)
        ]
        assert len(with_them) <= 1


def test_the_long_ones_are_there() -> None:
    for place in (*LONG, *TOGETHER):
        path, _, test = place.partition("::")
        assert f"def {test}" in (ROOT / path).read_text(encoding="utf-8"), place
    assert set(TOGETHER) <= set(LONG)
