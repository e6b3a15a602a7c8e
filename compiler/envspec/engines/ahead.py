"""Work that is begun before its result is wanted, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Begins `work` at once. Nobody has to ask for the result: the thread keeps no process from ending."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._done.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is for whoever wants the result
            self._error = error

    def result(self) -> T:
        """What `work` gave, when it is done; raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._done[0]
