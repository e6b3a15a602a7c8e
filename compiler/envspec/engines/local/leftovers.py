"""Ends what a program left running: the members of its process group, and those that left the group.

Nothing else is ever signalled: a member of the group is known by the group's number, which the system does
not give away while one lives; a stray one by the run's own mark in its variables (Linux only). The id of a run is no
such mark: every project has a `train-1`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from envspec.lazy_pattern import lazy_pattern

MARK = "ENVSPEC_RUN_MARK"
_IDENTITY = lazy_pattern(r"([0-9]{1,9}) ([0-9]*)")
_QUIET_SECONDS = 0.3
_GRACE_SECONDS = 2.0


def end_group(group: int) -> None:
    """End what is left of the group. Those that are about to end by themselves get a moment for it."""
    _end(lambda number: _group_lives(group, number))


def end_strays(mark: str) -> None:
    """End processes that carry `ENVSPEC_RUN_MARK=mark` and left the group, such as daemons. `mark` is of one run on this
    machine."""
    if mark and sys.platform == "linux":
        strays = _strays(mark)
        if strays:
            _end(lambda number: _any_lives(strays, number))


def identity(group: int) -> str:
    """What tells the leader of a group from any that gets its number later: number and start time."""
    return f"{group} {_start_time(group).decode()}"


def end_program(known: str) -> bool:
    """Ends a program by what `identity` said of it; false when it has ended, and for a text that `identity` never said.
    On Linux another one that got its number is never taken for it, not even where it had ended when it was asked."""
    found = _IDENTITY.fullmatch(known)
    if found is None or (sys.platform == "linux" and not found[2]):
        return False
    group = int(found[1])
    # 0 would be our own group, and 1 every process that we may signal.
    if group < 2 or not _group_lives(group, 0) or identity(group) != known:
        return False
    _end(lambda number: _group_lives(group, number))
    return True


def _end(lives: Callable[[int], bool]) -> None:
    """`lives(N)` sends signal N and tells whether anyone was there to get it."""
    for number, seconds in (
        (0, _QUIET_SECONDS),
        (signal.SIGTERM, _GRACE_SECONDS),
        (signal.SIGKILL, _GRACE_SECONDS),
    ):
        if not lives(number):
            return
        until = time.monotonic() + seconds
        pause = 0.001
        while time.monotonic() < until:
            time.sleep(pause)
            pause = min(pause * 2, 0.05)
            if not lives(0):
                return


def _group_lives(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _any_lives(strays: dict[int, bytes], number: int) -> bool:
    lives = False
    for pid, start in strays.items():
        if _start_time(pid) == start:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
            lives = True
    return lives


def _strays(mark: str) -> dict[int, bytes]:
    """Process id to start time, which together mean one process for ever."""
    wanted = f"{MARK}={mark}".encode()
    own = os.getuid()
    found = {}
    with os.scandir("/proc") as entries:
        for entry in entries:
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if entry.stat().st_uid != own:
                    continue
                variables = Path(entry.path, "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in variables:
                found[int(entry.name)] = _start_time(int(entry.name))
    return found


def _start_time(pid: int) -> bytes:
    """Field 22 of `/proc/PID/stat`; empty for a process that is gone or only waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return b""
    return b"" if fields[0] in (b"Z", b"X") else fields[19]
