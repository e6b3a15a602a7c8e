"""Processes that outlive the command that started them: known again by more than a number, and ended whole.

What comes in is a `Daemon`, the id of a session leader with its start time and the machine's boot, which
together are never given to another process. What always holds: a signal goes only to a process that is still
the one meant, or is a member of its session.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_KILL_SECONDS = 5.0

_WAIT = (
    "import os, sys\n"
    "if os.read(0, 1):\n"
    "    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)\n"
    "    os.execv(sys.argv[1], sys.argv[1:])\n"
)
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Those that this process started itself and has to reap."""


class Daemon(NamedTuple):
    pid: int
    start: str


def start(argv: Sequence[str], variables: Mapping[str, str], folder: Path, log: Path) -> Daemon:
    """Start `argv`, whose first word is a Python, in a session of its own, detached from the terminal, with stdout
    and stderr appended to `log`. It waits for `go`, and ends when we are killed before that: so nothing ever runs
    that is not written down. Raises `OSError`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [argv[0], "-I", "-S", "-c", _WAIT, *argv],
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[process.pid] = process
    return Daemon(process.pid, start_of(process.pid))


def go(daemon: Daemon) -> None:
    """Let one go on that `start` has started; it has been written down."""
    stdin = _children[daemon.pid].stdin
    assert stdin is not None
    with contextlib.suppress(BrokenPipeError), stdin:  # one that has ended is told by `is_alive`
        stdin.write(b"!")


def is_alive(daemon: Daemon) -> bool:
    child = _children.get(daemon.pid)
    if child is not None and child.poll() is not None:
        del _children[daemon.pid]
    return bool(daemon.start) and start_of(daemon.pid) == daemon.start


def how_it_ended(daemon: Daemon) -> str:
    """`exit status 3`, for one that this process started; else empty."""
    child = _children.get(daemon.pid)
    status = child.poll() if child is not None else None
    if status is None:
        return ""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


def ask_to_end(daemon: Daemon) -> None:
    if is_alive(daemon):
        _signal(daemon.pid, signal.SIGTERM)


def tell(daemon: Daemon, number: int) -> None:
    if is_alive(daemon):
        _signal(daemon.pid, number)


def end(daemon: Daemon, seconds: float, *, asked: bool = False) -> bool:
    """Ask (once: a second time means haste), wait so long, then kill it and everything of its session.
    Whether nothing is left."""
    if not asked:
        ask_to_end(daemon)
    if _gone(daemon, seconds):
        return True
    for pid in _session(daemon):
        _signal(pid, signal.SIGKILL)
    _signal(daemon.pid, signal.SIGKILL)
    return _gone(daemon, _KILL_SECONDS)


def start_of(pid: int) -> str:
    """Boot and start time of a process; empty for none, and for one that only waits to be reaped."""
    if sys.platform != "linux":
        found = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        state, _, started = found.stdout.strip().partition(" ")
        return "" if state.startswith("Z") else " ".join(started.split())
    fields = _stat(pid)
    if not fields or fields[0] in (b"Z", b"X"):
        return ""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{fields[19].decode('ascii')}"


def _stat(pid: int) -> list[bytes]:
    """The fields of `/proc/PID/stat` from the third on: the second may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return []


def _session(daemon: Daemon) -> list[int]:
    """The living members of the session, the leader left out (Linux; elsewhere the workers end by
    themselves when the front does)."""
    if sys.platform != "linux" or not is_alive(daemon):
        return []
    wanted = str(daemon.pid).encode("ascii")
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != daemon.pid:
            fields = _stat(int(entry.name))
            if fields and fields[3] == wanted and fields[0] not in (b"Z", b"X"):
                found.append(int(entry.name))
    return found


def _gone(daemon: Daemon, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    pause = 0.005
    while is_alive(daemon):
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.1)
    return True


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return
