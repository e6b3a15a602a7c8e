"""The one stream that everything goes to: the front's own lines and what the workers print.

What always holds: no value of a secret leaves, not even when it arrives in two pieces; a write of the front
is a whole line.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence

MASK = b"***"


class Masker:
    """Replaces secret values in a stream of bytes. One for each stream: it remembers a possible beginning."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        values: set[bytes] = set()
        for secret in secrets:
            values.update((secret, secret.strip()))
            # A key of many lines is often printed line by line.
            values.update(line.strip() for line in secret.splitlines() if len(line.strip()) >= 8)
        # Longest first, so that one value inside another is no trouble.
        self._values = sorted((value for value in values if value), key=lambda v: (-len(v), v))
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        if not self._values:
            return data
        data = self._masked(self._held + data)
        held = self._beginning(data)
        self._held = data[len(data) - held :]
        return data[: len(data) - held]

    def end(self) -> bytes:
        data, self._held = self._held, b""
        return data

    def _masked(self, data: bytes) -> bytes:
        for value in self._values:
            data = data.replace(value, MASK)
        return data

    def _beginning(self, data: bytes) -> int:
        """How many bytes at the end of `data` could be the beginning of a secret."""
        longest = 0
        for value in self._values:
            for length in range(min(len(value) - 1, len(data)), longest, -1):
                if data.endswith(value[:length]):
                    longest = length
                    break
        return longest


class Log:
    def __init__(self, descriptor: int, secrets: Sequence[bytes]) -> None:
        self._descriptor = descriptor
        self._secrets = secrets
        self._lock = threading.Lock()
        self._at_line_start = True

    def say(self, text: str) -> None:
        """One line (or block of lines) of the front's own, with the time in UTC."""
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        self.block(f"{stamp} envspec: {text}")

    def block(self, text: str) -> None:
        masker = Masker(self._secrets)
        data = text.rstrip("\n").encode("utf-8", "backslashreplace")
        data = masker.feed(data) + masker.end() + b"\n"
        with self._lock:
            self._write(data if self._at_line_start else b"\n" + data)

    def pump(self, source: int) -> None:
        """Copy what comes from a worker's stdout and stderr until it ends; closes `source`."""
        masker = Masker(self._secrets)
        while True:
            try:
                data = os.read(source, 65536)
            except OSError:
                data = b""
            out = masker.feed(data) if data else masker.end()
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
