"""Ends a run that goes on, whoever began it: the record then says `cancelled`.

A mark in the run's folder says that its end is meant; then the engine ends the program. Whoever runs it sees it end, sees
the mark, and records what it came to.
"""

from __future__ import annotations

import time
from pathlib import Path

from envspec.actions.building import engine_at
from envspec.actions.run_folder import folder_of
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.workspace.database import Workspace
from envspec.workspace.runs import RunRecord

_MARK = "cancelled"
_SECONDS = 30.0


def is_cancelled(folder: Path) -> bool:
    """Whether the end of the run whose folder it is was asked for."""
    return (folder / _MARK).exists()


def cancel(workspace: Workspace, record: RunRecord) -> RunRecord:
    """Ends a run and waits until that is recorded; gives the record then. One that is lost has nobody to record it: what
    is left of it is ended. One without history is gone when it has ended. Raises `Failure` E1108 for a run that has
    ended."""
    if record.outcome not in ("running", "lost"):
        raise Failure(
            Diagnostic("E1108", f"run `{record.id}` has ended already: {record.outcome}",
                       help=f"see `envspec runs show {record.id}`")
        )  # fmt: skip
    folder = folder_of(workspace, record)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    engine = engine_at(workspace.root, record.engine)
    until = time.monotonic() + _SECONDS
    ended = engine.cancel(folder)
    while record.outcome == "running" and time.monotonic() < until:
        time.sleep(0.1)
        # It may have been about to begin, or to try again.
        ended = engine.cancel(folder) or ended
        now = workspace.run(record.id)
        if now is None:
            return replace(record, outcome="cancelled")
        record = now
    if record.outcome == "running":
        raise Failure(
            Diagnostic("E1108", f"run `{record.id}` does not end",
                       help=f"its program {'was ended' if ended else 'was not found'}; process {record.pid} runs it")
        )  # fmt: skip
    return record
