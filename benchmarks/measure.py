"""Whole processes, in turn, round by round, so that a machine that slows down slows all of them."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """One command. `prepare` is done before each time, unmeasured.

    The goal is `goal` seconds when the case named `when` takes `takes` seconds; without `when` it is as it is;
    with `over` it is what may be added to that case; with `times` it is so many times what `peer` takes.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    variables: Mapping[str, str]
    goal: float = 0.0
    when: str = ""
    takes: float = 0.0
    over: str = ""
    peer: str = ""
    times: float = 0.0
    prepare: Callable[[], None] | None = None
    statuses: Sequence[int] = (0,)


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds. `goal` is the goal here, scaled; 0 for a yardstick. `ratio` is to the peer's median; `cores` is how many
    processors were busy, on average."""

    name: str
    minimum: float
    median: float
    goal: float = 0.0
    stated: float = 0.0
    reached: bool | None = None
    peer: str = ""
    ratio: float = 0.0
    note: str = ""
    cores: float = 0.0


@dataclass(slots=True)
class _Times:
    case: Case
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def measure(cases: Sequence[Case], rounds: int, only: str) -> list[Result]:
    """Each case `rounds` times after one that does not count. A command that fails ends it all."""
    wanted = {case.name for case in cases if only in case.name}
    while (
        more := {
            name
            for case in cases
            if case.name in wanted
            for name in (case.when, case.over, case.peer)
            if name
        }
        - wanted
    ):
        wanted |= more  # what a peer is measured against too
    running = [_Times(case) for case in cases if case.name in wanted]
    for number in range(rounds + 1):
        for times in running:
            seconds, busy = _once(times.case)
            if number:
                times.seconds.append(seconds)
                times.busy.append(busy)
        print(f"round {number} of {rounds}", end="\r", file=sys.stderr, flush=True)
    print(" " * 30, end="\r", file=sys.stderr)
    medians = {times.case.name: statistics.median(times.seconds) for times in running}
    return [_result(times, medians) for times in running]


def _once(case: Case) -> tuple[float, float]:
    """Seconds, and those of all processors."""
    if case.prepare is not None:
        case.prepare()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(
        case.command, cwd=case.cwd, env=dict(case.variables), capture_output=True, timeout=600, check=False
    )
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in case.statuses:
        raise SystemExit(f"{case.name}: status {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _result(times: _Times, medians: Mapping[str, float]) -> Result:
    case, median = times.case, medians[times.case.name]
    goal, note = case.goal, ""
    if case.when:
        goal = case.goal * medians[case.when] / case.takes
        note = f"stated for a machine where `{case.when}` takes {case.takes * 1000:.0f} ms"
    elif case.over:
        goal = case.goal + medians[case.over]
        note = f"{(median - medians[case.over]) * 1000:.0f} ms over `{case.over}`"
    elif case.times:
        goal = case.times * medians[case.peer]
    return Result(
        case.name,
        min(times.seconds),
        median,
        goal,
        case.goal,
        median <= goal if goal else None,
        case.peer,
        median / medians[case.peer] if case.peer else 0.0,
        note,
        sum(times.busy) / sum(times.seconds),
    )
