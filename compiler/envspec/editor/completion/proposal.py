"""One thing that could be written."""

from __future__ import annotations

from typing import Literal, TypeAlias

from envspec.frozen import Frozen, frozen

Kind: TypeAlias = Literal[
    "keyword",
    "attribute",
    "word",
    "block",
    "param",
    "import",
    "key",
    "file",
    "folder",
    "package",
    "version",
    "value",
]


@frozen
class Proposal(Frozen):
    """`insert` replaces the characters `start` to `end` of the file; empty means `label`. `snippet` is the same with
    the places to fill in as the protocol writes them (`${1:name}`), for clients that know them. `rank` orders
    proposals: the lower, the earlier."""

    label: str
    kind: Kind
    start: int
    end: int
    insert: str = ""
    snippet: str = ""
    detail: str = ""
    doc: str = ""
    rank: int = 5


def escaped(text: str) -> str:
    """Text that means itself in a snippet."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
