"""`[tool.envspec.snapshot]` of the root's `pyproject.toml`: how large a source may be that is stored with each run.

In comes the project root; out come the `Limits`, or a `Failure` E1208.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.actions.settings import tool_table
from envspec.actions.wrong_settings import FILE, Wrong, refused, unknown_key
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from envspec.workspace.source_size import Limits

_KEYS = {"largest-file": "file", "largest-source": "source"}
_WHERE = f"`[tool.envspec.snapshot]` of `{FILE}`"
_UNITS = ("B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")
_WANTED = (
    'it has to be a size such as `"250MB"` or `"2GiB"`: a number and one of '
    f"{', '.join(_UNITS[:-1])} or {_UNITS[-1]}, in small or capital letters, with or without the B"
)
_SIZE = lazy_pattern(r"([0-9]+(?:\.[0-9]+)?) *([A-Za-z]+)")


def snapshot_limits(root: Path) -> Limits:
    """Raises `Failure` E1208 with everything that is wrong."""
    from envspec.workspace.source_size import Limits

    return Limits(**check_limits(root))


def check_limits(root: Path) -> dict[str, int]:
    """Those that are set. Commands that store a source call it before they do anything else. Raises `Failure` E1208."""
    trouble, values = [], {}
    for key, value in tool_table(root, "snapshot").items():
        path = ("snapshot", key)
        if key not in _KEYS:
            trouble.append(unknown_key(path, _KEYS, _WHERE))
            continue
        size = _size(value)
        if size is None:
            trouble.append(Wrong(path, f"`{key}` in {_WHERE} has a wrong value", _WANTED))
        else:
            values[_KEYS[key]] = size
    if trouble:
        raise refused(root, trouble)
    return values


def _size(value: object) -> int | None:
    """Bytes of a size: as specs write it, and as others do (`1kB`, `250 mb`, `2G`)."""
    from envspec.diagnostics import Span
    from envspec.syntax.nodes import SizeValue
    from envspec.syntax.numbers import read_number

    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    units = {spelling: unit for unit in _UNITS for spelling in (unit.lower(), unit.lower().removesuffix("b"))}
    unit = units.get(match[2].lower())
    if unit is None:
        return None
    text = f"{match[1]}{unit}"
    found, problem = read_number(Span(FILE, 0, len(text)), text)
    return found.bytes if isinstance(found, SizeValue) and problem is None else None
