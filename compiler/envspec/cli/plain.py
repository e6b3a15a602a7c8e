"""Command lines that need no parser: a command that is called often, with nothing but what it is about.

They are what editors, hooks and people type most, and nothing of them needs click, whose import takes as long as all
the rest of a small one. With any option, and with too few or too many arguments, click reads the line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class _Plain(NamedTuple):
    """`least` and `most` count what stands behind the name of the command."""

    least: int
    most: float
    call: Callable[[Sequence[str]], int]


def plain_command(arguments: Sequence[str]) -> Callable[[], int] | None:
    """What does a command line without click; None for one that click has to read."""
    for length in (1, 2):
        plain = _PLAIN.get(tuple(arguments[:length]))
        rest = arguments[length:]
        if plain is not None and plain.least <= len(rest) <= plain.most:
            if any(argument.startswith("-") for argument in rest):
                return None
            call = plain.call
            return lambda: call(rest)
    return None


def _check(rest: Sequence[str]) -> int:
    from pathlib import Path

    from envspec.actions.options import Options
    from envspec.cli.check_round import check_and_show
    from envspec.cli.show import progress, say

    paths = [Path(argument) for argument in rest] or [Path()]
    return check_and_show(
        paths, Options(path=paths[0], say=say, progress=progress), arguments=["check", *rest]
    )


def _lock(rest: Sequence[str]) -> int:
    from pathlib import Path

    from envspec.actions.options import Options
    from envspec.cli.locking import lock_and_show
    from envspec.cli.show import progress, say

    return lock_and_show(Options(path=Path(*rest), say=say, progress=progress))


def _runs_list(rest: Sequence[str]) -> int:
    from envspec.cli.looking.runs import list_runs

    return list_runs(*rest)


def _runs_show(rest: Sequence[str]) -> int:
    from envspec.cli.looking.runs import show_run

    return show_run(*rest)


def _env_list(rest: Sequence[str]) -> int:
    from envspec.cli.looking.environments import list_environments

    return list_environments(*rest)


def _env_show(rest: Sequence[str]) -> int:
    from envspec.cli.looking.environments import show

    return show(*rest)


def _env_diff(rest: Sequence[str]) -> int:
    from envspec.cli.looking.environments import diff

    return diff(*rest)


def _env_history(rest: Sequence[str]) -> int:
    from envspec.cli.looking.environments import history

    return history(*rest)


_PLAIN = {
    ("check",): _Plain(0, float("inf"), _check),
    ("lock",): _Plain(0, 1, _lock),
    ("runs", "list"): _Plain(0, 1, _runs_list),
    ("runs", "show"): _Plain(1, 1, _runs_show),
    ("env", "list"): _Plain(0, 1, _env_list),
    ("env", "show"): _Plain(1, 1, _env_show),
    ("env", "diff"): _Plain(2, 2, _env_diff),
    ("env", "history"): _Plain(1, 1, _env_history),
}
