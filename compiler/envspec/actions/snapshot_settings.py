"""`[tool.envspec.snapshot]` of the root's `pyproject.toml`: how large a source may be that is stored with each run.

In comes the project root; out come the `Limits`, or a `Failure` E1208.
"""

from __future__ import annotations

from pathlib import Path

from envspec.actions.settings import FILE, tool_table
from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.source_size import Limits

_KEYS = {"largest-file": "file", "largest-source": "source"}


def snapshot_limits(root: Path) -> Limits:
    """Raises `Failure` E1208 with everything that is wrong."""
    table = tool_table(root, "snapshot")
    where = f"`[tool.envspec.snapshot]` of `{FILE}`"
    trouble, values = [], {}
    for key, value in table.items():
        if key not in _KEYS:
            from envspec.resolve.suggest import did_you_mean, known

            help_ = did_you_mean(key, _KEYS) or known(_KEYS, "")
            trouble.append(Diagnostic("E1208", f"unknown key `{key}` in {where}", help=help_))
            continue
        size = _size(value)
        if size is None:
            help_ = 'it has to be a size such as `"250MB"` or `"2GiB"`'
            trouble.append(Diagnostic("E1208", f"`{key}` in {where} has a wrong value", help=help_))
        else:
            values[_KEYS[key]] = size
    if trouble:
        raise Failure(trouble)
    return Limits(**values)


def _size(value: object) -> int | None:
    """Bytes of a size as specs write it."""
    from envspec.diagnostics import Span
    from envspec.syntax.nodes import SizeValue
    from envspec.syntax.numbers import read_number

    if not isinstance(value, str):
        return None
    found, problem = read_number(Span(FILE, 0, len(value)), value)
    return found.bytes if isinstance(found, SizeValue) and problem is None else None
