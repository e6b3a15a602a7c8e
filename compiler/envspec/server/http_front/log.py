"""The one stream that everything goes to: the front's own lines and what the workers print.

What always holds: no value of a secret leaves, not even when it arrives in two pieces; a line is of the front or
of one worker, however many pieces it is printed in (an unbuffered `print(a, b)` writes four). A line that a worker
leaves unfinished, such as a bar, is there after a second, and whoever writes next begins another.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterable

from .masking import Masker

_PATIENCE_SECONDS = 1.0
_LONGEST = 65536
"""Bytes of an unfinished line that are waited for."""


class Log:
    def __init__(self, descriptor: int, hidden: Iterable[bytes]) -> None:
        self._descriptor = descriptor
        self._hidden = tuple(hidden)
        self._lock = threading.Lock()
        self._unfinished: Masker | None = None
        """Of whoever has not ended his line."""

    def say(self, text: str) -> None:
        """One line (or block of lines) of the front's own, with the time in UTC."""
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        self.block(f"{stamp} envspec: {text}")

    def block(self, text: str) -> None:
        masker = Masker(self._hidden)
        data = text.rstrip("\n").encode("utf-8", "backslashreplace")
        self._write(masker.feed(data) + masker.finish() + b"\n", masker)

    def pump(self, source: int) -> None:
        """Copy what comes from a worker's stdout and stderr until it ends; closes `source`."""
        masker = Masker(self._hidden)
        coming = select.poll()
        coming.register(source, select.POLLIN)
        line = b""
        begun = 0.0
        while True:
            left = begun + _PATIENCE_SECONDS - time.monotonic()
            if line and (left <= 0 or not coming.poll(int(left * 1000) + 1)):
                self._write(line, masker)
                line = b""
            try:
                data = os.read(source, 65536)
            except OSError:
                data = b""
            if not line:
                begun = time.monotonic()
            line += masker.feed(data) if data else masker.finish()
            end = line.rfind(b"\n") + 1
            if not data or len(line) - end >= _LONGEST:
                end = len(line)
            if end:
                self._write(line[:end], masker)
                line, begun = line[end:], time.monotonic()
            if not data:
                os.close(source)
                return

    def _write(self, data: bytes, whose: Masker) -> None:
        with self._lock:
            if self._unfinished not in (None, whose):
                data = b"\n" + data
            self._unfinished = None if data.endswith(b"\n") else whose
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                except OSError:  # noqa: PERF203 - nobody reads the log any more; the service goes on
                    return
