"""Which cell of the matrix a test provokes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

PROVOKED: set[tuple[str, str]] = set()


def cell(cause: str, *where: str) -> Callable[[Test], Test]:
    """Says that the test provokes `cause` at each of the places."""

    def mark(test: Test) -> Test:
        PROVOKED.update((cause, place) for place in where)
        return test

    return mark
