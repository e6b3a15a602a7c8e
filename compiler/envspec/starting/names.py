"""Names for blocks, out of what files and projects are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envspec.resolve.names import is_name


def name_of(text: str, otherwise: str) -> str:
    """The name nearest to a text, or `otherwise`."""
    name = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_-]", "-", text.lower())).strip("-_").lstrip("0123456789-_")
    return name if is_name(name) else otherwise


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, with a number when it is taken."""
    taken = set(taken)
    number = 2
    result = name
    while result in taken:
        result = f"{name}-{number}"
        number += 1
    return result
