"""A client that may send anything at all."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from typing import Any, Self

LIMIT = 20.0
"""Seconds: a hang, on the slowest machine."""


class RawClient:
    """A server process, and bytes to and from it."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command or (sys.executable, "-m", "envspec", "lsp"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: Any) -> None:
        self.frame(json.dumps(message).encode())

    def frame(self, body: bytes) -> None:
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def request(self, number: int, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})

    def initialize(self, **capabilities: Any) -> Any:
        self.request(0, "initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        answer = self.answer(0)
        self.send({"jsonrpc": "2.0", "method": "initialized", "params": {}})
        return answer

    def receive(self) -> Any:
        """The next message; fails after `LIMIT` seconds."""
        deadline = time.monotonic() + LIMIT
        while b"\r\n\r\n" not in self.buffer:
            self._read(deadline)
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
        self.buffer = rest
        while len(self.buffer) < length:
            self._read(deadline)
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return json.loads(body)

    def answer(self, number: int | None) -> Any:
        """The response to a request, whatever else comes before it."""
        while True:
            message = self.receive()
            if "method" not in message and message.get("id") == number:
                return message

    def _read(self, deadline: float) -> None:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
        assert ready, "the server hangs"
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        assert data, "the server has gone"
        self.buffer += data

    def end(self) -> tuple[int, str]:
        """Closes stdin; the exit status and what was written to stderr."""
        _, stderr = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, stderr.decode()
