"""Asks a scoring server whether it is ready, and whether its sample works.

In come an address on loopback and what to send; out comes a `Verdict`. It decides nothing: what a bad
verdict means is the caller's business. Any engine whose deployments speak HTTP on this machine can use it.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass

_ASK_SECONDS = 5.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` of the answer (0: none came), its text, or why none came."""

    status: int
    text: str

    @property
    def good(self) -> bool:
        return self.status == 200


def wait_until_ready(port: int, seconds: float, runs: Callable[[], bool]) -> bool:
    """Whether `GET /readyz` answered 200 within `seconds`; gives up at once when `runs` says that the server
    has ended."""
    deadline = time.monotonic() + seconds
    pause = _SHORTEST_PAUSE
    while True:
        if _ask("GET", port, "/readyz", b"", {}, _ASK_SECONDS).good:
            return True
        if not runs() or time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def send_sample(port: int, sample: bytes, token: str, seconds: float) -> Verdict:
    """The answer to the sample. `token` is the bearer token, empty when none is needed."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _ask("POST", port, "/score", sample, headers, seconds)


def _ask(method: str, port: int, path: str, body: bytes, headers: dict[str, str], seconds: float) -> Verdict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        return Verdict(answer.status, answer.read().decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException) as error:
        return Verdict(0, f"no answer came: {error or type(error).__name__}")
    finally:
        connection.close()
