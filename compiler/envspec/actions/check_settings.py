"""`[tool.envspec.check]` of the root's `pyproject.toml`: which findings `check` shows.

In comes the project root, and what the command line chose; out comes a `Selection`, or a `Failure` E1208 with
everything that is wrong. What is said on the command line takes the place of the key of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from envspec.actions.settings import tool_table
from envspec.actions.wrong_settings import FILE, Wrong, refused, unknown_key
from envspec.diagnostics.selection import Selection, problem

KEYS = ("select", "ignore", "per-file-ignores")
_WHERE = f"`[tool.envspec.check]` of `{FILE}`"
_HELP = "write codes or their beginnings, such as `W0301`, `W03` or `ALL`; `docs/rules.md` lists them"


def selection(root: Path, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Selection:
    """The selection for the files of the project at `root`. Raises `Failure` E1208."""
    table = tool_table(root, "check")
    trouble = [unknown_key(("check", key), KEYS, _WHERE) for key in table if key not in KEYS]
    chosen = _selectors(table, ("select",), trouble)
    ignored = _selectors(table, ("ignore",), trouble)
    patterns = table.get("per-file-ignores", {})
    if not isinstance(patterns, dict):
        trouble.append(
            Wrong(
                ("check", "per-file-ignores"),
                f"`per-file-ignores` in {_WHERE} is no table",
                'write `per-file-ignores = { "legacy/*" = ["W0301"] }`',
            )
        )
        patterns = {}
    by_file = tuple(
        (pattern, _selectors(patterns, ("per-file-ignores", pattern), trouble) or ()) for pattern in patterns
    )
    if trouble:
        raise refused(root, trouble)
    select, ignore = tuple(select), tuple(ignore)
    default = Selection()
    return Selection(
        select or (default.select if chosen is None else chosen),
        ignore or ignored or default.ignore,
        by_file,
    )


def _selectors(
    table: Mapping[str, Any], path: tuple[str, ...], trouble: list[Wrong]
) -> tuple[str, ...] | None:
    """The selectors of the last key of a path; None when it is not there."""
    key = path[-1]
    if key not in table:
        return None
    value = table[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        trouble.append(Wrong(("check", *path), f"`{key}` in {_WHERE} is no list of strings", _HELP))
        return ()
    for item in value:
        wrong = problem(item, ignoring=key != "select")
        if wrong:
            trouble.append(Wrong(("check", *path), f"`{key}` in {_WHERE}: {wrong}", _HELP))
    return tuple(value)
