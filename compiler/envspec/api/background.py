"""Work that goes on in a thread, with what it says kept and shown to whoever waits."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from envspec.diagnostics.render.terminal_stream import TerminalStream
from envspec.engines.interface import Say

T = TypeVar("T")


class Background(Generic[T]):
    """`work` is begun at once; it is given a function that takes lines. A program ends when its work has ended."""

    def __init__(self, title: str, work: Callable[[Say], T]) -> None:
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._result: T | None = None
        self._error: BaseException | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._do, args=(work,), name=f"envspec {title}")
        self._thread.start()

    def _do(self, work: Callable[[Say], T]) -> None:
        try:
            self._result = work(self.say)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def say(self, line: str) -> None:
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def failed(self) -> bool:
        return self._ended and self._error is not None

    @property
    def lines(self) -> list[str]:
        """What was said up to now."""
        with self._changed:
            return list(self._lines)

    def wait(self, *, show: bool, timeout: float | None = None) -> T:
        """What the work gives, or raises. `show` prints what it says, from the beginning. Raises `TimeoutError` after
        `timeout` seconds; the work goes on."""
        until = None if timeout is None else time.monotonic() + timeout
        if show:
            self._show(until)
        else:
            with self._changed:
                self._changed.wait_for(lambda: self._ended, timeout)
        if not self._ended:
            raise TimeoutError(f"still at work after {timeout} s")
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def _show(self, until: float | None) -> None:
        """On a terminal without commands for it: a script may print anything."""
        shown = 0
        terminal = TerminalStream(colour=not os.environ.get("NO_COLOR")) if sys.stdout.isatty() else None
        while self._has_more(shown, until):
            for line in self.lines[shown:]:
                print(line if terminal is None else terminal.feed(line) + terminal.finish(), flush=True)
                shown += 1

    def _has_more(self, shown: int, until: float | None) -> bool:
        """Waits for a line after so many; false when there will be none, or it is later than `until`."""
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0 and not self._ended:
            return False
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._lines) > shown, left)
            return len(self._lines) > shown
