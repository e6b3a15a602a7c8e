"""The files that a run logs (`log_file`), as what is stored of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.counted import counted
from envspec.workspace.metrics import read_metrics

if TYPE_CHECKING:  # `runs show` has nothing to run
    from envspec.engines.interface import RunRequest

FILES = "files/"
"""What their names in the outputs of a run begin with, which no output of a spec can."""


def logged_files(request: RunRequest) -> dict[str, Path]:
    """By their paths in the working directory. What is not there or leads out of it is told and left."""
    found: dict[str, Path] = {}
    metrics = read_metrics(request.log.parent)
    for problem in metrics.problems[:3]:
        request.say(f"{request.id}: line {problem.line} of its metrics is not counted: {problem.reason}")
    if len(metrics.problems) > 3:
        request.say(f"{request.id}: and {counted(len(metrics.problems) - 3, 'more line')}")
    work = request.work.resolve()
    for name in dict.fromkeys(metrics.files):
        try:
            path = (request.work / name).resolve()
            reason = _refused(path, work)
        except (OSError, RuntimeError, ValueError):  # too long, a link to itself, a NUL in it
            reason = "no file can have that name"
        if reason:
            request.say(f"{request.id}: the file `{_shown(name)}` is not kept: {reason}")
        else:
            found[path.relative_to(work).as_posix()] = path
    return found


def _refused(path: Path, work: Path) -> str:
    """Why a path is not kept; empty when it is."""
    if not path.is_relative_to(work) or path == work:
        return "it is not below the working directory"
    if not path.exists():
        return "it is not there"
    return "" if path.is_file() or path.is_dir() else "it is neither a file nor a folder"


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
