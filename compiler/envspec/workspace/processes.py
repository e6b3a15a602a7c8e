"""Whether a process that a record names is still the one that made it.

A process id alone comes back; with the machine's boot and the start time it does not.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


@cache
def this_host() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket

    return socket.gethostname()


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def start_of(pid: int) -> str:
    """Boot and start time of a process; empty where the system does not tell, or there is no such one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    # The second field is the program's name in parentheses, which may hold anything.
    fields = stat[stat.rindex(b")") + 2 :].split()
    if fields[0] in (b"Z", b"X"):
        return ""
    return f"{_boot()}/{fields[19].decode('ascii')}"


def lives(host: str, pid: int, started: str) -> bool:
    """Whether the process still runs. One on another machine is believed to."""
    if host != this_host():
        return True
    if started:
        return start_of(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
