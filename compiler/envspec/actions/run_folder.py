"""What a run leaves besides its record: the folder with its log and working directory.

A record is taken away in a transaction, a folder is not: a note in `.envspec/deleting` says which folders are to go, so
that of a process that was killed in between the next one finishes the work.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from envspec.actions.run_description import FILE
from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.arriving import not_writable
from envspec.workspace.database import Workspace
from envspec.workspace.runs import RunRecord

RUNS = "runs"
_DELETING = "deleting"


def folder_of(workspace: Workspace, record: RunRecord) -> Path:
    """Where the log of a run is, and what else it leaves."""
    return (workspace.state / record.log).parent


def delete(workspace: Workspace, record: RunRecord) -> None:
    """Takes a run away, with its folder. What it stored stays until it is pruned, and so do models made of it. The program
    of one that is lost may go on: it is ended, where its engine can be reached. Raises `Failure` E1108 for a run that goes
    on."""
    if record.outcome == "running":
        raise Failure(
            Diagnostic(
                "E1108", f"run `{record.id}` goes on", help=f"end it first: `envspec runs cancel {record.id}`"
            )
        )
    if record.outcome == "lost":
        from envspec.actions.building import engine_at

        with suppress(Failure):
            engine_at(workspace.root, record.engine).cancel(folder_of(workspace, record))
    forget(workspace, record.id)
    sweep(workspace)


def forget(workspace: Workspace, identifier: str) -> None:
    """Takes the record of a run away, then its folder."""
    try:
        _forget(workspace, identifier)
    except Failure as failure:
        # On a full disk there is no room to say what is to go: the folder goes first, which makes some.
        folder = workspace.state / RUNS / identifier
        if failure.diagnostics[0].code != "E1101" or not folder.exists():
            raise
        import shutil  # only what takes away needs it

        shutil.rmtree(folder, ignore_errors=True)
        _forget(workspace, identifier)


def _forget(workspace: Workspace, identifier: str) -> None:
    note = workspace.state / _DELETING / identifier
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
    except OSError as error:
        raise Failure(not_writable(note.parent, error)) from None
    workspace.forget_run(identifier)
    _finish(workspace, note)


def sweep(workspace: Workspace) -> None:
    """Finishes what killed processes began to take away, and takes away what they left in the store."""
    workspace.store.sweep()
    with suppress(OSError):
        for note in list((workspace.state / _DELETING).iterdir()):
            _finish(workspace, note)


def _finish(workspace: Workspace, note: Path) -> None:
    if workspace.run(note.name) is None:
        import shutil  # only what takes away needs it

        shutil.rmtree(workspace.state / RUNS / note.name, ignore_errors=True)
    with suppress(OSError):
        note.unlink()


def make_folder(workspace: Workspace, identifier: str) -> Path:
    """The folder of a run that begins; whoever cancels it already may have made it. One that had a run is of a database
    that was moved away: it gets another name, because its log is all that is left of that run."""
    folder = workspace.state / RUNS / identifier
    if (folder / FILE).exists():
        number = 1
        while (other := folder.with_name(f"{identifier}.before-{number}")).exists():
            number += 1
        folder.rename(other)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


_PIECE = 1 << 16


def show_log(workspace: Workspace, record: RunRecord, show: Callable[[str], None]) -> None:
    """Shows the log of a run as it is now, in pieces. Raises `Failure` E1105 when there is none."""
    if not (workspace.state / record.log).is_file():
        raise Failure(_no_log(record))
    log = _Log(workspace.state / record.log, show)
    log.more()
    log.end()


def follow(workspace: Workspace, record: RunRecord, show: Callable[[str], None]) -> RunRecord | None:
    """Shows the log of a run as it grows, until the run has ended; gives the record then, None when it was taken away:
    a run without history is, at its end. Raises `Failure` E1105 when it has ended and there is none."""
    log = _Log(workspace.state / record.log, show)
    while True:
        ended = record.outcome != "running"  # asked before the last reading, so that nothing is missed
        log.more()
        if ended:
            log.end()
            if not log.there:
                raise Failure(_no_log(record))
            return record
        time.sleep(0.2)
        now = workspace.run(record.id)
        if now is None:
            return None
        record = now


class _Log:
    """A file that may come to be, and grows. Bytes that are no UTF-8 are kept, by `surrogateescape`."""

    def __init__(self, file: Path, show: Callable[[str], None]) -> None:
        self._file, self._show, self._at = file, show, 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.there = False

    def more(self) -> None:
        if not self._file.is_file():
            return
        self.there = True
        with self._file.open("rb") as log:
            log.seek(self._at)
            while piece := log.read(_PIECE):
                self._at += len(piece)
                self._show(self._decoder.decode(piece))

    def end(self) -> None:
        self._show(self._decoder.decode(b"", final=True))


def _no_log(record: RunRecord) -> Diagnostic:
    """Why there is none, by how the run ended."""
    if record.outcome == "failed" and record.status is None:
        return Diagnostic(
            "E1105", f"`{record.id}` has no log: it failed before its program began",
            help=f"what was missing is said where it is run: `envspec run {record.name}`",
        )  # fmt: skip
    if record.outcome in ("cancelled", "lost") and record.status is None:
        return Diagnostic(
            "E1105", f"`{record.id}` has no log: it was {record.outcome} before its program began, or the log was deleted",
            help=f"run it again: `envspec run {record.name}`",
        )  # fmt: skip
    if record.outcome == "running":
        return Diagnostic(
            "E1105", f"`{record.id}` has no log yet: its program has not begun",
            help=f"wait for it: `envspec runs logs -f {record.id}`",
        )  # fmt: skip
    return Diagnostic("E1105", f"the log of `{record.id}` is gone", help="somebody deleted it; what is remembered: "
                      f"`envspec runs show {record.id}`")  # fmt: skip
