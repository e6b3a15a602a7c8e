"""What a run leaves besides its record: the folder with its log and working directory."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.database import Workspace
from envspec.workspace.runs import RunRecord


def folder_of(workspace: Workspace, record: RunRecord) -> Path:
    """Where the log of a run is, and what else it leaves."""
    return (workspace.state / record.log).parent


def delete(workspace: Workspace, record: RunRecord) -> None:
    """Takes a run away, with its folder. What it stored stays until it is pruned, and so do models made of it. Raises
    `Failure` E1108 for one that goes on."""
    if record.outcome == "running":
        raise Failure(
            Diagnostic(
                "E1108", f"run `{record.id}` goes on", help=f"end it first: `envspec runs cancel {record.id}`"
            )
        )
    workspace.forget_run(record.id)
    folder = folder_of(workspace, record)
    if folder.parent == workspace.state / "runs":
        shutil.rmtree(folder, ignore_errors=True)


def log_of(workspace: Workspace, record: RunRecord) -> Path:
    """The log of a run. Raises `Failure` E1204 when it is gone."""
    file = workspace.state / record.log
    if not file.is_file():
        raise Failure(Diagnostic("E1204", f"the log of `{record.id}` is gone"))
    return file


def follow(workspace: Workspace, record: RunRecord, show: Callable[[str], None]) -> RunRecord | None:
    """Shows the log of a run as it grows, until the run has ended; gives the record then, None when it was taken away:
    a run without history is, at its end."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    file = workspace.state / record.log
    at = 0
    while True:
        ended = record.outcome != "running"  # asked before the last reading, so that nothing is missed
        if file.is_file():
            with file.open("rb") as log:
                log.seek(at)
                while piece := log.read(1 << 16):
                    at += len(piece)
                    show(decoder.decode(piece))
        if ended:
            show(decoder.decode(b"", final=True))
            return record
        sys.stdout.flush()
        time.sleep(0.2)
        now = workspace.run(record.id)
        if now is None:
            return None
        record = now
