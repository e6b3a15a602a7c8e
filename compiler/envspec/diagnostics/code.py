"""The shape of a row of the table of codes."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Category(Enum):
    """What kind of trouble a code means, with the exit status of the command line."""

    FINDING = ("finding", 1)
    USAGE = ("usage", 2)
    ENGINE = ("engine", 3)
    SYNTAX = ("syntax", 4)
    BUG = ("bug", 70)

    @property
    def exit_status(self) -> int:
        return self.value[1]


class Code(NamedTuple):
    """A row. `explanation` is Markdown: what it means, a wrong example, the right one."""

    code: str
    severity: str
    category: Category
    title: str
    explanation: str
