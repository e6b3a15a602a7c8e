"""What is done when nobody types: the whole of what was checked in part, and collecting garbage.

The collector is off otherwise. An analysis is hundreds of thousands of objects that live until the next one, which it
would walk again and again; they are in no circles, so they go by themselves. What little is gets collected here.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass

PAUSE = 0.3
"""Seconds without a change after which the whole of a long file is checked."""
REST = 3.0
"""Seconds without a change after which garbage is collected."""


@dataclass(slots=True)
class Rest:
    """Timers that begin anew with each change."""

    _pause: asyncio.TimerHandle | None = None
    _rest: asyncio.TimerHandle | None = None

    def changed(self, check: Callable[[], None]) -> None:
        """Somebody types: whatever was about to be done is put off. `check` is called after a pause."""
        for handle in (self._pause, self._rest):
            if handle is not None:
                handle.cancel()
        loop = asyncio.get_running_loop()
        self._pause = loop.call_later(PAUSE, check)
        self._rest = loop.call_later(REST, gc.collect)
