"""What a run logged: the lines of `$ENVSPEC_METRICS` as series of numbers, parameters and files.

A line is JSON: `{"metric": NAME, "value": NUMBER, "step": INTEGER}`, `{"parameter": NAME, "value": …}`, `{"file": PATH}`,
or numbers by name with a `step` or `epoch` among them (`{"loss": 0.3, "epoch": 2}`). A program may be killed while it
writes, and may write anything: a line that is none of these is told, and the others count.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from envspec.engines.in_run import METRICS_FILE
from envspec.frozen import Frozen, Mutable, field, frozen, mutable

LARGEST = 64 * 1024 * 1024
"""Bytes of the file that are read."""

_LONGEST_NAME = 250
_STEPS = ("step", "epoch")


class Point(NamedTuple):
    step: int
    value: float


@frozen
class Problem(Frozen):
    """`line` counts from 1."""

    line: int
    reason: str


@mutable
class Metrics(Mutable):
    """`series` have points in the order of their steps, the last of those with the same step; `files` are paths in the
    working directory."""

    series: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    parameters: dict[str, str | int | float | bool] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def last(self) -> Mapping[str, float]:
        """The newest number of each series."""
        return {name: points[-1].value for name, points in self.series.items()}


def read_metrics(folder: Path) -> Metrics:
    """What the run whose folder it is has logged up to now; nothing when it has none."""
    try:
        with (folder / METRICS_FILE).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return Metrics()
    found = parse(data[:LARGEST])
    if len(data) > LARGEST:
        found.problems.append(
            Problem(data.count(b"\n", 0, LARGEST) + 1, f"only the first {LARGEST} bytes are read")
        )
    return found


def parse(data: bytes) -> Metrics:
    found = Metrics()
    points: dict[str, dict[int, float]] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                _take(json.loads(line), found, points)
            except (ValueError, RecursionError) as error:
                found.problems.append(Problem(number, _reason(error)))
    found.series = {
        name: tuple(Point(step, values[step]) for step in sorted(values)) for name, values in points.items()
    }
    return found


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "no JSON" if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) else str(error)


def _take(line: Any, found: Metrics, points: dict[str, dict[int, float]]) -> None:
    if not isinstance(line, dict):
        raise ValueError("no object")
    if "metric" in line:
        _add(points, _name(line["metric"]), _number(line.get("value")), line.get("step"))
    elif "parameter" in line:
        value = line.get("value")
        if not isinstance(value, (str, int, float, bool)):
            raise ValueError("a parameter is a text, a number, true or false")
        found.parameters[_name(line["parameter"])] = value
    elif "file" in line:
        found.files.append(_name(line["file"]))
    else:
        numbers = list(_plain(line))
        if not numbers:
            raise ValueError("no metric, parameter or file")
        step = next((line[name] for name in _STEPS if name in line), None)
        for name, value in numbers:
            _add(points, name, value, step)


def _plain(line: dict[Any, Any]) -> Iterator[tuple[str, float]]:
    for name, value in line.items():
        if name not in (*_STEPS, "time") and isinstance(value, (int, float)) and not isinstance(value, bool):
            yield _name(name), _number(value)


def _add(points: dict[str, dict[int, float]], name: str, value: float, step: Any) -> None:
    values = points.setdefault(name, {})
    if step is None:
        step = max(values, default=-1) + 1
    if isinstance(step, float) and step.is_integer():
        step = int(step)
    if isinstance(step, bool) or not isinstance(step, int) or abs(step) > 2**53:
        raise ValueError("a step is an integer")
    values[step] = value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME:
        raise ValueError(f"a name has 1 to {_LONGEST_NAME} characters")
    return value


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, OverflowError, ValueError):
        raise ValueError("a metric is a number") from None
    if isinstance(value, (bool, str)) or not math.isfinite(number):
        raise ValueError("a metric is a finite number")
    return number
