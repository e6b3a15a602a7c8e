"""Being asked to end (Ctrl-C, SIGTERM, SIGHUP) while there is something that has to be recorded.

The first signal raises `Interrupted` in the main thread, wherever that is. Whatever ends the work and records it then is
not disturbed by those that follow: they only call what was registered with `hurried`, which ends the work at once. One
that comes before anything is registered calls what is registered next: several that were sent together are handled at
once on a busy machine. A signal that we were started to ignore (`nohup`) stays ignored. In another thread nothing is
caught.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """`number` is that of the signal."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"ended by signal {number}")


class _State:
    def __init__(self) -> None:
        self.asked = 0
        """The first signal that came, else 0."""
        self.held = False
        self.hurries: list[Callable[[], None]] = []
        self.early = False
        """Whether a signal after the first one came when there was nothing to be hurried."""

    def catch(self, number: int, frame: FrameType | None) -> None:
        first = not self.asked
        self.asked = self.asked or number
        if first and not self.held:
            raise Interrupted(number)
        self.early = self.early or not (first or self.hurries)
        for hurry in list(self.hurries):
            with suppress(Exception):  # what is to be ended may have ended
                hurry()


_state: _State | None = None


@contextmanager
def one_interrupt() -> Iterator[None]:
    """While the body runs, only the first signal raises. Inside another one this is part of that."""
    global _state
    if _state is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    state = _State()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    caught = {number: old for number, old in before.items() if old not in (signal.SIG_IGN, None)}
    try:
        _state = state
        for number in caught:
            signal.signal(number, state.catch)
        yield
    finally:
        for number, old in caught.items():
            signal.signal(number, old)
        _state = None


@contextmanager
def held() -> Iterator[None]:
    """While the body runs no signal raises; one that came raises at its end. For what must not be torn: what somebody
    else was told, and we would not know."""
    state = _state if threading.current_thread() is threading.main_thread() else None
    if state is None or state.held or state.asked:
        yield
        return
    state.held = True
    try:
        yield
    finally:
        state.held = False
    if state.asked:
        raise Interrupted(state.asked)


@contextmanager
def hurried(hurry: Callable[[], None]) -> Iterator[None]:
    """While the body ends some work, a further signal calls `hurry`, which must return at once."""
    state = _state
    if state is None:
        yield
        return
    state.hurries.append(hurry)
    try:
        # Of several that are handled at once, Python forgets the others when the first one raises, until it is asked.
        signal.pthread_sigmask(signal.SIG_BLOCK, ())
        if state.early:
            state.early = False
            with suppress(Exception):
                hurry()
        yield
    finally:
        state.hurries.remove(hurry)
