"""Metrics drawn as characters and as SVG, whatever numbers they are."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envspec.actions.charts import svg_of
from envspec.actions.comparing import Comparison
from envspec.actions.scale import share, ticks
from envspec.cli.plots import plot
from envspec.workspace.metrics import Point

FINITE = st.floats(allow_nan=False, allow_infinity=False)
LARGEST = 1.7e308


@given(st.lists(st.tuples(st.integers(-(2**53), 2**53), FINITE), min_size=1, max_size=5))
@example([(0, -LARGEST), (1, LARGEST)])
@example([(0, 5e-324), (1, 5e-324)])
@example([(0, 0.0), (2**53, 5e-324)])
@example([(0, 1e308), (1, LARGEST)])
def test_any_finite_numbers_are_drawn(points: list[tuple[int, float]]) -> None:
    series = {"a": {"train-1": tuple(Point(*one) for one in points)}}
    drawn = plot("a", series["a"]).splitlines()
    assert all(len(line) < 120 for line in drawn)
    assert sum("o" in line for line in drawn[1:13]) >= 1
    text = svg_of(Comparison(("train-1",), (), series))
    ET.fromstring(text)
    assert "nan" not in text
    assert "inf" not in text


@given(FINITE, FINITE)
def test_ticks_are_few_and_finite(one: float, other: float) -> None:
    found = ticks(min(one, other), max(one, other))
    assert 1 <= len(found) <= 8
    assert all(math.isfinite(tick) for tick in found)


@pytest.mark.parametrize(("value", "expected"), [(2.0, 0.0), (3.0, 0.5), (4.0, 1.0)])
def test_a_share_is_between_the_two(value: float, expected: float) -> None:
    assert share(value, 2.0, 4.0) == expected
    assert share(2.0, 2.0, 2.0) == 0.0
