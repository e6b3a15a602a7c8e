"""Names of blocks and a path on one command line: which is which."""

from __future__ import annotations

import os
from pathlib import Path

import click


def is_path(argument: str) -> bool:
    """Whether an argument is a path rather than the name of a block."""
    return argument.endswith(".envspec") or argument in {".", ".."} or "/" in argument or os.sep in argument


def names_and_path(arguments: tuple[str, ...]) -> tuple[list[str], Path]:
    """Names of blocks and at most one path, in any order."""
    paths = [argument for argument in arguments if is_path(argument)]
    if len(paths) > 1:
        raise click.UsageError(f"more than one path: {', '.join(paths)}")
    return [a for a in arguments if not is_path(a)], Path(paths[0]) if paths else Path()
