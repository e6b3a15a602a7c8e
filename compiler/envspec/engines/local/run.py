"""One run on this machine, from request to result."""

from __future__ import annotations

import errno
from functools import partial
from pathlib import Path

from envspec.atomic_file import write_atomically
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.in_run.logging_place import brought
from envspec.engines.interface import RunRequest, RunResult
from envspec.engines.local.leftovers import end_program, identity
from envspec.engines.local.process import CannotStart, run_program
from envspec.engines.local.program import Program, not_executable, program_of
from envspec.held_folder import held_folder

HANDLE = "program"
"""In the run's folder: what its program is found by."""


def run(request: RunRequest) -> RunResult:
    """Run the program of the request to its end. Raises `Failure` E0813 or E0814 when it cannot start."""
    for path in request.outputs.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    with held_folder("envspec-run-") as (folder, descriptor):
        program = program_of(request, folder)
        try:
            with brought(program.metrics, request.log.parent, program.secret_values):
                ended = run_program(
                    program,
                    request.work,
                    request.log,
                    request.output,
                    request.run.timeout,
                    folder.name,
                    partial(_remember, request.log.parent),
                    keeps=(descriptor,),
                )
        except CannotStart as refused:
            raise _cannot_start(request, program, refused.error) from refused
    usage = {"cpu_seconds": round(ended.cpu_seconds, 3), "memory_bytes": float(ended.memory_bytes)}
    return RunResult(ended.status, ended.timed_out, ended.seconds, usage)


def _remember(folder: Path, group: int) -> None:
    write_atomically(
        folder / HANDLE, identity(group).encode(), durable=False
    )  # whoever cancels reads it meanwhile


def cancel(folder: Path) -> bool:
    """Ends the program of the run whose folder it is; false when none runs."""
    try:
        known = (folder / HANDLE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return end_program(known)


def _cannot_start(request: RunRequest, program: Program, error: OSError) -> Failure:
    pointer = f"/runs/{request.run.id}/command"
    if error.errno == errno.ENOEXEC:
        return not_executable(program.argv[0], f"{pointer}/0", "it has no `#!` line and is no binary")
    if error.errno in (errno.ENOENT, errno.EACCES) and request.work.is_dir():
        return not_executable(
            program.argv[0], f"{pointer}/0", "the interpreter of its first line is not there"
        )
    text = (error.strerror or str(error)).lower()
    return Failure(
        Diagnostic("E0814", f"the program `{program.argv[0]}` cannot be executed: {text}", pointer=pointer)
    )
