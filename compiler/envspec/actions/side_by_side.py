"""Work that is done side by side: a few things at once, each after those it needs.

In come `Task`s; each is done in a thread of its own, at most `limit` at once, in their order where nothing else
decides. What always holds: one that fails cancels none but those that need it; every failure is reported, together
and in the order of the tasks; `done` is called in the caller's thread, so it may use what only that thread may.
Ctrl-C, or a bug, ends all tasks and waits for their ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from envspec.actions.progress import Progress
from envspec.diagnostics import Failure
from envspec.engines.interface import Say
from envspec.engines.stopping import Stop
from envspec.frozen import Frozen, field, frozen

T = TypeVar("T")


@frozen
class Task(Frozen, Generic[T]):
    """`title` is for people. `needs` are the numbers of the tasks before it that must have been done."""

    title: str
    work: Callable[[Say, Stop], T]
    needs: Sequence[int] = field(default=())


_Event = tuple[int, str, object]
"""The number of a task, `step` or `end`, and the line or the result (an exception, when it failed)."""


class _Round(Generic[T]):
    def __init__(self, tasks: Sequence[Task[T]], limit: int, progress: Progress) -> None:
        self.tasks = tasks
        self.limit = limit
        self.progress = progress
        self.stop = Stop()
        self.events: SimpleQueue[_Event] = SimpleQueue()
        self.waiting = list(range(len(tasks)))
        self.running: dict[int, threading.Thread] = {}
        self.done: set[int] = set()
        self.failed: dict[int, Failure] = {}
        self.left_out: set[int] = set()

    def start(self) -> None:
        """Start what may start now, and leave out what can never."""
        for number in list(self.waiting):
            task = self.tasks[number]
            if any(one in self.failed or one in self.left_out for one in task.needs):
                self.waiting.remove(number)
                self.left_out.add(number)
                self.progress.step(task.title, "not tried: what it needs has failed")
            elif len(self.running) < self.limit and self.done.issuperset(task.needs):
                self.waiting.remove(number)
                self.progress.begin(task.title)
                # A daemon: a second Ctrl-C does not wait for it.
                thread = threading.Thread(target=self._work, args=(number,), daemon=True)
                self.running[number] = thread
                thread.start()

    def _work(self, number: int) -> None:
        try:
            said = lambda line: self.events.put((number, "step", line))  # noqa: E731
            self.events.put((number, "end", self.tasks[number].work(said, self.stop)))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self.events.put((number, "end", error))

    def next(self) -> tuple[int, object] | None:
        """The next end of a task; None when only something was said, or time has passed."""
        try:
            number, kind, value = self.events.get(timeout=self.progress.pause)
        except Empty:
            self.progress.tick()
            return None
        title = self.tasks[number].title
        if kind == "step":
            self.progress.step(title, str(value))
            return None
        self.running.pop(number).join()
        self.progress.end(title)
        return number, value

    def end_all(self) -> None:
        self.stop.ask()
        for thread in self.running.values():
            thread.join()


def side_by_side(
    tasks: Sequence[Task[T]], limit: int, progress: Progress, done: Callable[[int, T], None]
) -> None:
    """Does all tasks; `done` gets the number and result of each as it ends. Raises `Failure` with those of all."""
    going = _Round(tasks, max(1, limit), progress)
    try:
        going.start()
        while going.running:
            ended = going.next()
            if ended is None:
                continue
            number, value = ended
            if isinstance(value, Failure):
                going.failed[number] = value
            elif isinstance(value, BaseException):
                raise value
            else:
                going.done.add(number)
                done(number, value)  # type: ignore[arg-type]
            going.start()
    except BaseException:
        going.end_all()
        raise
    finally:
        progress.close()
    if going.failed:
        raise Failure(d for number in sorted(going.failed) for d in going.failed[number].diagnostics)
