"""The table of the benchmark of builds, as Markdown for `docs/performance.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.builds import COLD, PACKAGE, SOURCE, UNCHANGED, UNLOCKED, Measured
from benchmarks.report import aligned
from benchmarks.weight import Weight

_OF_FASTEST = 1 / 3
_REACHED = {True: "reached", False: "NOT reached", None: ""}


@dataclass(frozen=True, slots=True)
class _Row:
    """`goal` is in seconds; with `of_fastest` it is that part of what the fastest peer takes."""

    title: str
    case: str
    goal: float = 0.0
    of_fastest: float = 0.0


_ROWS = (
    _Row("cold build", COLD, of_fastest=_OF_FASTEST),
    _Row("cold build, locking first", UNLOCKED),
    _Row("nothing changed", UNCHANGED, goal=0.2),
    _Row("one line of code changed", SOURCE, goal=0.8),
    _Row("one pip package added", PACKAGE, goal=5.0),
)
_WEIGHT = 1.1
"""How much more than its packages and its base an image may weigh."""


def build_table(results: Sequence[Measured]) -> str:
    """Seconds, and in parentheses how many times ours. The first of the results is ours."""
    ours, *peers = results
    header = ["", "envspec", *(f"{peer.name} {peer.version}" for peer in peers), "goal", ""]
    rows = [_times(row, ours, peers) for row in _ROWS]
    rows += _weights(results)
    notes = [f"- {peer.name}: {change}." for peer in peers for change in peer.changes]
    numbers = "; ".join(
        f"{one.name} " + ", ".join(f"{case} {len(seconds)}" for case, seconds in one.seconds.items())
        for one in results
    )
    return "\n".join(
        [aligned([header, *rows]), "", *notes, f"- Medians. How often each was measured: {numbers}."]
    )


def _times(row: _Row, ours: Measured, peers: Sequence[Measured]) -> list[str]:
    mine = ours.median(row.case)
    # A peer has no lock apart from its build.
    theirs = [peer.median(COLD if row.case == UNLOCKED else row.case) for peer in peers]
    goal = row.of_fastest * min(theirs) if row.of_fastest and theirs else row.goal
    return [
        row.title,
        f"{mine:.2f} s",
        *(f"{seconds:.2f} s ({seconds / mine:.1f})" for seconds in theirs),
        f"{goal:.2f} s" if goal else "",
        _REACHED[mine <= goal if goal else None],
    ]


def _weights(results: Sequence[Measured]) -> list[list[str]]:
    weights = [one.weight or Weight(0, 1, 0) for one in results]
    reached = _REACHED[weights[0].ratio <= _WEIGHT]
    return [
        ["image, MB", *(_megabytes(one.image) for one in weights), "", ""],
        ["packages in it + base, MB", *(f"{_megabytes(one.packages)} + {_megabytes(one.base)}" for one in weights), "", ""],
        ["image / (packages + base)", *(f"{one.ratio:.3f}" for one in weights), f"{_WEIGHT}", reached],
    ]  # fmt: skip


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}"
