"""What a run logged: the lines of `$ENVSPEC_METRICS` as series of numbers, parameters and files.

A line is JSON: `{"metric": NAME, "value": NUMBER, "step": INTEGER}`, `{"parameter": NAME, "value": …}`, `{"file": PATH}`,
`{"mlflow_run": ID}`, or numbers by name with a `step` or `epoch` among them (`{"loss": 0.3, "epoch": 2}`). A program may be
killed while it writes, and may write anything: a line that is none of these is told, and the others count.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from envspec.engines.in_run import METRICS_FILE
from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.lazy_pattern import lazy_pattern

LARGEST = 64 * 1024 * 1024
"""Bytes of the file that are read."""

_LONGEST_NAME = 250
_STEPS = ("step", "epoch")
_HALF = lazy_pattern("[\ud800-\udfff]")
"""Half of a character (a UTF-16 surrogate), which JSON can write."""


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
    working directory; `mlflow_runs` are the ids of MLflow's runs that it was."""

    series: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    parameters: dict[str, str | int | float | bool] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    mlflow_runs: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def last(self) -> Mapping[str, float]:
        """The newest number of each series."""
        return {name: points[-1].value for name, points in self.series.items()}


def read_metrics(folder: Path) -> Metrics:
    """What the run whose folder it is has logged up to now; nothing when it has none."""
    path = folder / METRICS_FILE
    try:
        if not path.is_file():  # a program may have put anything there, and from a pipe nothing would come
            return Metrics()
        with path.open("rb") as file:
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
    points: dict[str, _Points] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                _take(_json(line), found, points)
            except ValueError as error:
                found.problems.append(Problem(number, str(error)))
    found.series = {name: one.in_order() for name, one in points.items()}
    return found


class _Points:
    """A series as it is read. The next step is kept: looking for it each time would take the square of the lines."""

    def __init__(self) -> None:
        self.values: dict[int, float] = {}
        self.next = 0

    def add(self, step: int | None, value: float) -> None:
        at = self.next if step is None else step
        self.values[at] = value
        self.next = max(self.next, at + 1) if len(self.values) > 1 else at + 1

    def in_order(self) -> tuple[Point, ...]:
        return tuple(Point(step, self.values[step]) for step in sorted(self.values))


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ValueError("no JSON") from None
    except ValueError:  # Python reads no longer ones
        raise ValueError("a number has too many digits") from None


def _take(line: Any, found: Metrics, points: dict[str, _Points]) -> None:
    if not isinstance(line, dict):
        raise ValueError("no object")
    if "metric" in line:
        step = _step(line.get("step"))
        value = _number(line.get("value"))
        points.setdefault(_name(line["metric"]), _Points()).add(step, value)
    elif "parameter" in line:
        found.parameters[_name(line["parameter"])] = _parameter(line.get("value"))
    elif "file" in line:
        found.files.append(_name(line["file"]))
    elif "mlflow_run" in line:
        if (name := _name(line["mlflow_run"])) not in found.mlflow_runs:
            found.mlflow_runs.append(name)
    else:
        numbers = list(_plain(line))
        if not numbers:
            raise ValueError("no metric, parameter or file")
        step = _step(next((line[name] for name in _STEPS if name in line), None))
        for name, value in numbers:
            points.setdefault(name, _Points()).add(step, value)


def _plain(line: dict[Any, Any]) -> Iterator[tuple[str, float]]:
    for name, value in line.items():
        if name not in (*_STEPS, "time") and isinstance(value, (int, float)) and not isinstance(value, bool):
            yield _name(name), _number(value)


def _step(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53):
        raise ValueError("a step is an integer")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME:
        raise ValueError(f"a name has 1 to {_LONGEST_NAME} characters")
    if _HALF.search(value):
        raise ValueError("a name has half of a character in it")
    return value


def _parameter(value: Any) -> str | int | float | bool:
    """JSON has no NaN and no infinity, and a text with half of a character can be printed nowhere."""
    if not isinstance(value, (str, int, float, bool)):
        raise ValueError("a parameter is a text, a number, true or false")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, OverflowError, ValueError):
        raise ValueError("a metric is a number") from None
    if isinstance(value, (bool, str)) or not math.isfinite(number):
        raise ValueError("a metric is a finite number")
    return number
