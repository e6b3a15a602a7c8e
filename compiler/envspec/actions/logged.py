"""The files that a run logs (`log_file`), as what is stored of them."""

from __future__ import annotations

from pathlib import Path

from envspec.engines.interface import RunRequest
from envspec.workspace.metrics import read_metrics

FILES = "files/"
"""What their names in the outputs of a run begin with, which no output of a spec can."""


def logged_files(request: RunRequest) -> dict[str, Path]:
    """By their paths in the working directory. What is not there or leads out of it is told and left."""
    found: dict[str, Path] = {}
    metrics = read_metrics(request.log.parent)
    for problem in metrics.problems[:3]:
        request.say(f"{request.id}: line {problem.line} of its metrics is not counted: {problem.reason}")
    if len(metrics.problems) > 3:
        request.say(f"{request.id}: and {len(metrics.problems) - 3} more lines")
    work = request.work.resolve()
    for name in dict.fromkeys(metrics.files):
        path = (request.work / name).resolve()
        if not path.is_relative_to(work) or path == work:
            request.say(f"{request.id}: the file `{name}` is not kept: it is not below the working directory")
        elif not path.exists():
            request.say(f"{request.id}: the file `{name}` is not kept: it is not there")
        else:
            found[path.relative_to(work).as_posix()] = path
    return found
