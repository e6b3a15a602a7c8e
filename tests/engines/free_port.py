"""A port of loopback that nothing listens on, for what has to be told its own.

It stays free until it is used: it is none of those that the system gives to whoever wants any, nor one that another test,
of whichever worker, was given. Where that cannot be known it is only one that was free a moment ago.
"""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path

_LOWEST = 10_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_ours: list[socket.socket] = []
"""One for each port that was given: its name is the port, and nobody's when this process has ended."""
_chance = random.SystemRandom()


def free_port() -> int:
    for _ in range(1000 if _RANGE.exists() else 0):
        port = _chance.randrange(_LOWEST, max(_LOWEST + 1, int(_RANGE.read_text().split()[0])))
        if _is_ours(port) and _is_free(port):
            return port
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _is_ours(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX)
    with suppress(OSError):
        name.bind(f"\0envspec-tests-port-{port}")
        _ours.append(name)
        return True
    name.close()
    return False


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        return True
    return False
