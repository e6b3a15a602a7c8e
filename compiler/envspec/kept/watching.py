"""Waiting until an answer changes that a result was made of.

What was asked of the file system is known from the result itself, so nothing else is watched: neither too little,
such as a file that is not there yet, nor too much, such as the output of a training run. Every path is looked at
again and again (`stat`, no content), which also works on network file systems and in containers, where the kernel
tells nobody of changes that were made elsewhere. A change always shows in the status of a file, but for one: two
writes within one tick of the file system's clock. So contents are compared when the watch begins, and once more
when every such tick is over.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping

from envspec.kept.questions import listing, still_true

Status = tuple[int, ...] | str
_INTERVAL = 0.1
"""Seconds between two looks."""
_SHARE = 20
"""Where looking takes long, as with thousands of files, the pause is so many times longer: 5 % of a processor."""
_TICK = 2.5
"""Seconds: FAT keeps times to 2, all others are finer."""
_CALM = 0.05
_MOST_UNREST = 2.0


class Watch:
    """`answers` are those of each root, by question, as results have them."""

    def __init__(self, answers: Mapping[str, Mapping[str, str]]) -> None:
        self._answers = answers
        self._paths: list[str] = []
        self._listed: list[str] = []
        for root, some in answers.items():
            for question in some:
                kind, _, relative = question.partition(" ")
                (self._listed if kind == "specs" else self._paths).append(os.path.join(root, relative))  # noqa: PTH118
        self._paths = sorted(set(self._paths))
        self._statuses = self._look()

    def wait(self) -> None:
        """Returns when something has changed and nothing changes any more, as after a checkout of many files."""
        if self._still_true():
            compare = time.monotonic() + _TICK
            while True:
                began = time.monotonic()
                if self._look() != self._statuses:
                    break
                if compare and began >= compare:
                    compare = 0
                    if not self._still_true():
                        break
                time.sleep(max(_INTERVAL, _SHARE * (time.monotonic() - began)))
        self._calm()

    def _calm(self) -> None:
        end = time.monotonic() + _MOST_UNREST
        before, now = None, self._look()
        while before != now and time.monotonic() < end:
            time.sleep(_CALM)
            before, now = now, self._look()

    def _look(self) -> list[Status]:
        return [*map(_status, self._paths), *map(listing, self._listed)]

    def _still_true(self) -> bool:
        known: dict[str, str] = {}
        return all(still_true(root, _asked_again(some), known) for root, some in self._answers.items())


def _asked_again(answers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return [(question, answer) for question, answer in answers.items() if not question.startswith("walk ")]


def _status(path: str) -> Status:
    """What changes with a file. A folder's own times change with everything in it: of that only `specs` asks."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError as error:
        return type(error).__name__
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
