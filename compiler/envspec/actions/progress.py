"""What is told of builds while they go on.

In come titles of builds, lines about them and their ends, from one thread; what becomes of them is the command
line's business. `Lines` needs no terminal: a line for each thing, with the build it is about in front.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """`pause` is how long (seconds) it may be left alone while a build goes on; None for any time."""

    pause: float | None

    def begin(self, title: str) -> None: ...

    def step(self, title: str, line: str) -> None:
        """What the build does now."""

    def end(self, title: str) -> None:
        """It was built, found, or failed."""

    def tick(self) -> None:
        """Time has passed."""

    def close(self) -> None:
        """No build goes on any more. Also called when something went wrong."""


class Lines:
    """Plain lines, in the order in which things happen."""

    pause: float | None = None

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def begin(self, title: str) -> None: ...

    def step(self, title: str, line: str) -> None:
        self._say(f"{title}: {line}")

    def end(self, title: str) -> None: ...

    def tick(self) -> None: ...

    def close(self) -> None: ...
