"""A command that loads one project: findings are shown at their lines, whichever phase they come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envspec.actions.loading import Loaded, NotUsable, load
from envspec.actions.options import Options
from envspec.cli.show import show_failure
from envspec.diagnostics import Failure
from envspec.resolve.files import find_root


def with_project(options: Options, work: Callable[[Loaded], int], *, keep: bool = True) -> int:
    """Loads the project (`keep` as `load` takes it) and does `work` with it; gives the exit status."""
    try:
        loaded = load(options, keep=keep)
    except NotUsable as failure:
        return show_failure(failure, failure.sources, find_root(Path(options.path)))
    try:
        return work(loaded)
    except Failure as failure:
        diagnostics, sources = loaded.placed(failure)
        return show_failure(Failure(diagnostics), sources, loaded.root)
