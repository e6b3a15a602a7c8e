"""Runs side by side: what they were made of, what they logged, how they ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from envspec.actions.run_folder import folder_of
from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace
from envspec.workspace.metrics import Metrics, Point, read_metrics
from envspec.workspace.runs import RunRecord

SCHEMA = 1


@frozen
class Row(Frozen):
    """One thing that runs have, a text for each of them, empty where one has it not. `kind` is `run`, `definition`,
    `input`, `parameter`, `metric` or `usage`."""

    kind: str
    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@frozen
class Comparison(Frozen):
    """`series` has the points of each metric, by run."""

    ids: tuple[str, ...]
    rows: tuple[Row, ...]
    series: Mapping[str, Mapping[str, tuple[Point, ...]]]


def compare(workspace: Workspace, records: Sequence[RunRecord]) -> Comparison:
    """What these runs have, in the order in which they are given."""
    metrics = [metrics_of(workspace, record) for record in records]
    rows: list[Row] = []

    def add(kind: str, found: Sequence[Mapping[str, str]]) -> None:
        names = dict.fromkeys(name for one in found for name in one)
        rows.extend(Row(kind, name, tuple(one.get(name, "") for one in found)) for name in names)

    add("run", [_of_run(record) for record in records])
    add("definition", [_definition(record) for record in records])
    add("input", [_inputs(record) for record in records])
    add("parameter", [{k: text_of(v) for k, v in one.parameters.items()} for one in metrics])
    add("metric", [{k: text_of(v) for k, v in one.last().items()} for one in metrics])
    add("usage", [{k: text_of(v) for k, v in record.usage.items()} for record in records])
    names = dict.fromkeys(name for one in metrics for name in one.series)
    series = {
        name: {
            record.id: one.series[name]
            for record, one in zip(records, metrics, strict=True)
            if name in one.series
        }
        for name in names
    }
    return Comparison(tuple(record.id for record in records), tuple(rows), series)


def metrics_of(workspace: Workspace, record: RunRecord) -> Metrics:
    """What a run has logged up to now."""
    return read_metrics(folder_of(workspace, record))


def as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "runs": list(comparison.ids),
        "rows": [
            {"kind": row.kind, "name": row.name, "differs": row.differs,
             "values": dict(zip(comparison.ids, row.values, strict=True))}
            for row in comparison.rows
        ],
        "series": {
            name: {run: [[point.step, point.value] for point in points] for run, points in by_run.items()}
            for name, by_run in comparison.series.items()
        },
    }  # fmt: skip


def seconds_of(record: RunRecord) -> float | None:
    """How long a run took; None for one that has not ended."""
    if record.finished is None:
        return None
    began, ended = (datetime.fromisoformat(text) for text in (record.started, record.finished))
    return (ended - began).total_seconds()


def _of_run(record: RunRecord) -> dict[str, str]:
    seconds = seconds_of(record)
    return {
        "outcome": record.outcome,
        "status": "" if record.status is None else str(record.status),
        "started": record.started,
        "seconds": "" if seconds is None else f"{seconds:.1f}",
        "environment": f"{record.environment}:{record.environment_number}",
        "engine": record.engine,
        "source": record.snapshot[:19],
    }


def _definition(record: RunRecord) -> dict[str, str]:
    try:
        found = json.loads(record.definition)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    cell = {f"matrix.{name}": text_of(value) for name, value in record.cell.items()}
    return cell | {
        name: text_of(found[name]) for name in ("command", "shell", "variables") if found.get(name)
    }


def _inputs(record: RunRecord) -> dict[str, str]:
    return {
        name: f"{one.get('path')} ({str(one.get('digest'))[:19]})"
        for name, one in record.inputs.items()
        if isinstance(one, dict)
    }


def text_of(value: object) -> str:
    """A value of a definition or of what was logged, as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return " ".join(text_of(one) for one in value)
    if isinstance(value, dict):
        if set(value) == {"join"}:
            return "".join(text_of(one) for one in value["join"])
        if set(value) <= {"input", "output", "secret"}:
            return " ".join(
                f"{kind}s.{name}" if kind != "secret" else f"secret.{name}" for kind, name in value.items()
            )
        return ", ".join(f"{name}={text_of(one)}" for name, one in value.items())
    return str(value)
