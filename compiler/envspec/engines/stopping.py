"""Ends work that goes on in other threads, as Ctrl-C ends what the main thread does.

Whoever starts the work keeps a `Stop` and hands it on; what may take long registers how it is ended. What always
holds: once `ask` was called, `check`, `wait` and `ending` raise `Stopped` in every thread, and each end that is
registered then, or later, is called. `Stopped` is a `KeyboardInterrupt`: what cleans up after one does so here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

End = Callable[[], None]
"""Makes the work that was registered with it end soon. May be called from any thread, and more than once."""


class Stopped(KeyboardInterrupt):
    """Somebody does not want the result any more."""


class Stop:
    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._ends: list[End] = []

    def ask(self) -> None:
        """Make everything end that was given this."""
        with self._lock:
            self._asked.set()
            ends = list(self._ends)
        for end in ends:
            with suppress(OSError):  # it ended by itself
                end()

    def check(self) -> None:
        """Raises `Stopped` when it was asked for."""
        if self._asked.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleep, but not longer than until it is asked for; then raises `Stopped`."""
        if self._asked.wait(seconds):
            raise Stopped

    @contextmanager
    def ending(self, end: End) -> Iterator[None]:
        """While the body runs, `ask` calls `end`. Raises `Stopped` after the body when it was asked for, whatever
        the body raised: work that was ended from outside fails in ways of its own."""
        with self._lock:
            self._ends.append(end)
        try:
            if self._asked.is_set():
                end()
            yield
        finally:
            with self._lock:
                self._ends.remove(end)
            self.check()
