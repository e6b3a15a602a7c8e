"""The component of a repository's name that an id of the spec becomes.

An id has lower-case letters, digits, `_`, `-`, and for a cell or an inline environment also `.` and
whatever a matrix value brought. A repository component is lower case, with separators only between
letters and digits (`[._]`, `__` or dashes; distribution/reference). Two ids never get the same name:
whatever had to be changed is told apart by a digest of the id.
"""

from __future__ import annotations

import hashlib
import re

from envspec.lazy_pattern import lazy_pattern

_COMPONENT = lazy_pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_LONGEST = 100
"""A whole repository name has at most 255 characters; this leaves room for a registry in front."""


def repository_component(identifier: str) -> str:
    """The id itself when docker takes it, else its nearest legal text, `-`, and eight digits."""
    if len(identifier) <= _LONGEST and _COMPONENT.fullmatch(identifier):
        return identifier
    legal = "-".join(re.findall(r"[a-z0-9]+", identifier.lower()))[: _LONGEST - 9].strip("-")
    mark = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{legal}-{mark}" if legal else f"x-{mark}"
