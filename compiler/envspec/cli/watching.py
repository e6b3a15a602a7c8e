"""`check --watch`: a round, a line about it, and the next one when something has changed that the round was made of."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import click

from envspec.cli.check_round import Round, asked_without_a_result
from envspec.cli.show import findings_text, say, show_failure
from envspec.diagnostics import Failure


def watch(
    paths: Sequence[Path], also: Sequence[Path], one_round: Callable[[], Round], format_: str
) -> NoReturn:
    """Ends with Ctrl-C only (`KeyboardInterrupt`). `also` are files that the command line names beside `paths`."""
    from envspec.kept.watching import Watch

    while True:
        _clear()
        # Asked before the round, so that what changes during the round, or while it is shown, is a change.
        before = {**asked_without_a_result(paths), **_contents([*paths, *also])}
        began = time.perf_counter()
        try:
            done = one_round()
        except Failure as failure:
            done = Round(list(failure.diagnostics))
            show_failure(failure, failure.sources)
        else:
            text = findings_text(done.findings, done.sources, format=format_, stream=sys.stdout)
            click.echo(text, nl=False)
        say(_line(done, time.perf_counter() - began))
        Watch({**done.answers, os.sep: {**done.answers.get(os.sep, {}), **before}}).wait()


def _clear() -> None:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        click.clear()


def _line(done: Round, seconds: float) -> str:
    found = len(done.findings)
    where = f" in {done.files} {'file' if done.files == 1 else 'files'}" if done.files else ""
    count = f"{found or 'no'} {'finding' if found == 1 else 'findings'}"
    return f"{count}{where}, {seconds * 1000:.0f} ms; waiting for changes, Ctrl-C ends"


def _contents(paths: Sequence[Path]) -> dict[str, str]:
    """Of the files that are named on the command line: one that cannot be read has no answers of its own."""
    from envspec.kept.questions import content

    files = [path for path in paths if not os.path.isdir(path)]  # noqa: PTH112
    return {f"read {path.absolute()}": content(str(path.absolute())) for path in files}
