"""Names for blocks, out of what files and projects are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from envspec.resolve.names import is_name

_FEW = 64


def name_of(text: str, otherwise: str) -> str:
    """The name nearest to a text, or `otherwise`."""
    name = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_-]", "-", text.lower())).strip("-_").lstrip("0123456789-_")
    return name if is_name(name) else otherwise


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, with a number when it is taken."""
    known = taken if isinstance(taken, Set | Mapping) else set(taken)
    if name not in known:
        return name
    for number in range(2, _FEW):
        if f"{name}-{number}" not in known:
            return f"{name}-{number}"
    low, high = _FEW - 1, _FEW  # the same name may be there thousands of times
    while f"{name}-{high}" in known:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{name}-{middle}" in known else (low, middle)
    return f"{name}-{high}"
