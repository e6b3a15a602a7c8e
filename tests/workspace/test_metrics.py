"""Lines that a run logs, whatever they are."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.engines.in_run import METRICS_FILE
from envspec.workspace.metrics import Point, parse, read_metrics

NAMES = st.text(min_size=1, max_size=20)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def lines(*values: Any) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


@given(st.dictionaries(st.integers(-5, 50), FINITE, min_size=1), NAMES)
def test_a_series_is_in_the_order_of_its_steps(points: dict[int, float], name: str) -> None:
    found = parse(lines(*({"metric": name, "value": value, "step": step} for step, value in points.items())))
    assert found.series == {name: tuple(Point(step, points[step]) for step in sorted(points))}
    assert not found.problems


def test_without_a_step_it_is_the_next() -> None:
    found = parse(lines({"metric": "a", "value": 1}, {"a": 2}, {"a": 3, "step": 7.0}, {"a": 4, "b": True}))
    assert found.series == {"a": (Point(0, 1), Point(1, 2), Point(7, 3), Point(8, 4))}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "no object"),
        (b"{}", "no metric, parameter or file"),
        (b'{"metric": "a", "value": NaN}', "a metric is a finite number"),
        (b'{"metric": "a", "value": 1' + b"0" * 400 + b"}", "a metric is a number"),
        (b'{"metric": "a", "value": true}', "a metric is a finite number"),
        (b'{"metric": "a", "value": 1, "step": "x"}', "a step is an integer"),
        (b'{"metric": "", "value": 1}', "a name has 1 to 250 characters"),
        (b'{"parameter": "a", "value": []}', "a parameter is a text, a number, true or false"),
        (b'{"file": 3}', "a name has 1 to 250 characters"),
    ],
)
def test_a_line_that_is_none_is_told_and_the_others_count(line: bytes, reason: str) -> None:
    found = parse(b'{"a": 1}\n' + line + b'\n{"a": 2}\n{"a"')
    assert found.series == {"a": (Point(0, 1), Point(1, 2))}
    assert [(one.line, one.reason) for one in found.problems] == [(2, reason), (4, "no JSON")]


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_whatever_it_is_it_is_read(data: list[bytes]) -> None:
    parse(b"\n".join(data))


@given(
    st.recursive(
        st.none() | st.booleans() | FINITE | NAMES,
        lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    )
)
def test_whatever_the_json_is_it_is_read(value: Any) -> None:
    parse(lines(value, {"metric": value, "value": value, "step": value}, {"parameter": "a", "value": value}))


@given(st.binary(max_size=200))
def test_what_is_read_can_be_shown(data: bytes) -> None:
    found = parse(data + lines({"metric": "a", "value": 1, "step": "x"}, {"metric": "a", "step": 1}))
    assert set(found.last()) == set(found.series)
    json.dumps([found.parameters, found.last()], allow_nan=False, ensure_ascii=False).encode()


def test_a_line_with_a_wrong_step_begins_no_series() -> None:
    found = parse(lines({"metric": "a", "value": 1, "step": "x"}, {"b": 1, "epoch": 0.5}))
    assert found.series == {}
    assert found.last() == {}


def test_what_json_has_not_or_nobody_can_print_is_replaced_or_told() -> None:
    found = parse(lines({"parameter": "a", "value": float("nan")}, {"parameter": "b", "value": "x\ud800"}))
    assert found.parameters == {"a": "nan", "b": "x\N{REPLACEMENT CHARACTER}"}
    found = parse(
        lines({"metric": "\ud800", "value": 1}) + b'{"metric": "a", "value": 1' + b"0" * 5000 + b"}"
    )
    assert [one.reason for one in found.problems] == [
        "a name has half of a character in it",
        "a number has too many digits",
    ]


def test_many_lines_without_a_step_are_read_in_linear_time() -> None:
    begun = time.perf_counter()
    found = parse(b'{"loss": 1}\n' * 200_000)
    assert len(found.series["loss"]) == 200_000
    assert time.perf_counter() - begun < 30


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / METRICS_FILE)
    assert read_metrics(tmp_path).series == {}
