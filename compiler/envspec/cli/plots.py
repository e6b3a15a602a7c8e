"""Numbers over steps as a picture of characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envspec.actions.scale import share
from envspec.cli.show import printable
from envspec.workspace.metrics import Point

_WIDTH, _HEIGHT = 64, 12
_MARKS = "ox+*#@%&"


def plot(name: str, by_run: Mapping[str, Sequence[Point]]) -> str:
    """The points of each run with a mark of its own, between their least and greatest values."""
    points = [point for one in by_run.values() for point in one]
    low, high = min(p.value for p in points), max(p.value for p in points)
    first, last = min(p.step for p in points), max(p.step for p in points)
    grid = [[" "] * _WIDTH for _ in range(_HEIGHT)]
    marks = dict(zip(by_run, _MARKS * (len(by_run) // len(_MARKS) + 1), strict=False))
    for run, series in by_run.items():
        for point in series:
            column = _place(point.step, first, last, _WIDTH)
            row = _HEIGHT - 1 - _place(point.value, low, high, _HEIGHT)
            grid[row][column] = marks[run]
    labels = [f"{high:.5g}", *[""] * (_HEIGHT - 2), f"{low:.5g}"]
    margin = max(map(len, labels))
    lines = [printable(name)]
    lines += [f"{label:>{margin}} |{''.join(row).rstrip()}" for label, row in zip(labels, grid, strict=True)]
    steps = f"{first}{last:>{_WIDTH - len(str(first))}}"
    lines += [f"{'':>{margin}} +{'-' * _WIDTH}", f"{'':>{margin}}  {steps}"]
    lines.append(f"{'':>{margin}}  " + "  ".join(f"{mark} {printable(run)}" for run, mark in marks.items()))
    return "\n".join(lines)


def _place(value: float, low: float, high: float, size: int) -> int:
    return round(share(value, low, high) * (size - 1))
