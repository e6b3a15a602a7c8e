"""What is remembered of a run, as lines for people: a key and a text each. JSON has it all, in the form of the record."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from envspec.actions.comparing import seconds_of, text_of
from envspec.actions.logged import FILES
from envspec.workspace.metrics import Metrics
from envspec.workspace.runs import RunRecord


def run_lines(record: RunRecord, log: str, again: str = "") -> Iterator[tuple[str, str]]:
    """`log` is where its log is, empty where there is none; `again` the run that it repeats."""
    yield "run", f"{record.id}, number {record.number}"
    if again:
        yield "repeats", again
    yield "outcome", outcome_text(record, has_log=bool(log))
    yield "started", record.started
    if record.finished is not None:
        yield "finished", f"{record.finished}, after {seconds_of(record):.1f} s"
    for name, value in record.cell.items():
        yield f"matrix.{name}", text_of(value)
    number = record.environment_number
    yield "environment", f"{record.environment}:{number}" if number is not None else record.environment
    yield "engine", record.engine
    yield from _definition(record)
    yield "source", record.snapshot or "not kept (`snapshot = false`)"
    if record.git:
        dirty = ", with changes" if record.git.get("dirty") else ""
        yield "commit", f"{record.git.get('commit')} on {record.git.get('branch') or 'no branch'}{dirty}"
    for name, one in record.inputs.items():
        yield f"input {name}", _content(one)
    for name, one in record.outputs.items():
        kind = "file" if name.startswith(FILES) else "output"
        yield f"{kind} {name.removeprefix(FILES)}", _content(one)
    for name, amount in record.usage.items():
        kind, text = _USED.get(name, (name, "{:.6g}"))
        yield kind, text.format(amount)
    yield "log", log or "none"
    yield "key", record.key


def logged_lines(metrics: Metrics) -> Iterator[tuple[str, str]]:
    """What its program logged."""
    for name in metrics.mlflow_runs:
        yield "mlflow run", name
    for name, value in metrics.parameters.items():
        yield f"parameter {name}", text_of(value)
    for name, number in metrics.last().items():
        count = len(metrics.series[name])
        yield f"metric {name}", f"{number:.6g}" + (f"  (the last of {count})" if count > 1 else "")


_USED = {"cpu_seconds": ("processor", "{:.1f} s"), "memory_bytes": ("memory", "{:,.0f} bytes at most")}


def outcome_text(record: RunRecord, *, has_log: bool) -> str:
    """How it ended, or that it has not."""
    match record.outcome, record.status:
        case "running", _:
            return f"running, by process {record.pid}"
        case "lost", _:
            return f"lost: process {record.pid}, which ran it, is gone and has recorded no end"
        case "failed", None:
            return (
                f"failed: `envspec runs logs {record.id}` says why"
                if has_log
                else "failed before its program began"
            )
        case "failed", 0:
            return "failed: its program ended well (status 0), but an output is missing"
        case "timed-out", status:
            return f"ended by its timeout (status {status})"
        case outcome, None | 0:
            return outcome
        case outcome, status:
            return f"{outcome} with status {status}"


def _definition(record: RunRecord) -> Iterator[tuple[str, str]]:
    """What it was told to do; nothing where an older envspec recorded it in another way."""
    try:
        found = json.loads(record.definition)
    except ValueError:
        return
    if not isinstance(found, dict):
        return
    command = found.get("command")
    if isinstance(command, list) and command:
        yield "command", shlex.join(text_of(part) for part in command)
    for line in str(found.get("shell") or "").splitlines():
        yield "shell", line
    variables: Any = found.get("variables")
    for name, value in variables.items() if isinstance(variables, dict) else ():
        yield f"variable {name}", text_of(value)


def _content(one: object) -> str:
    """A path and a digest."""
    if not isinstance(one, Mapping):
        return text_of(one)
    path, digest = one.get("path"), one.get("digest")
    return "  ".join(str(part) for part in (path, digest) if part) or "nothing is known of it"
