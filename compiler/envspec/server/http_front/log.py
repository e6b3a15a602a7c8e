"""The one stream that everything goes to: the front's own lines and what the workers print.

What always holds: no value of a secret leaves, not even when it arrives in two pieces; a write of the front
is a whole line.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable

from .masking import Masker


class Log:
    def __init__(self, descriptor: int, hidden: Iterable[bytes]) -> None:
        self._descriptor = descriptor
        self._hidden = tuple(hidden)
        self._lock = threading.Lock()
        self._at_line_start = True

    def say(self, text: str) -> None:
        """One line (or block of lines) of the front's own, with the time in UTC."""
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        self.block(f"{stamp} envspec: {text}")

    def block(self, text: str) -> None:
        masker = Masker(self._hidden)
        data = text.rstrip("\n").encode("utf-8", "backslashreplace")
        data = masker.feed(data) + masker.finish() + b"\n"
        with self._lock:
            self._write(data if self._at_line_start else b"\n" + data)

    def pump(self, source: int) -> None:
        """Copy what comes from a worker's stdout and stderr until it ends; closes `source`."""
        masker = Masker(self._hidden)
        while True:
            try:
                data = os.read(source, 65536)
            except OSError:
                data = b""
            out = masker.feed(data) if data else masker.finish()
            if out:
                with self._lock:
                    self._write(out)
            if not data:
                os.close(source)
                return

    def _write(self, data: bytes) -> None:
        self._at_line_start = data.endswith(b"\n")
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except OSError:  # noqa: PERF203 - nobody reads the log any more; the service goes on
                return
