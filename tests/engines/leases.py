"""Who uses a shared engine: one file per user, so that the last one out can stop it.

A holder is a process id, or `None` for somebody at a terminal who said `start` and will say `stop`. A
file of a process that has ended (or whose id has been taken over by another one, which its start time
tells) counts for nothing, so a test run that was killed leaves no engine that nobody may stop. All
functions expect the caller to hold the engine's lock.
"""

from __future__ import annotations

from pathlib import Path

_BY_HAND = "by-hand"


def add(folder: Path, holder: int | None) -> None:
    """Note that `holder` uses the engine; noting it twice changes nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _name(holder)).write_text("" if holder is None else _start_time(holder) or "")


def remove(folder: Path, holder: int | None) -> None:
    """Note that `holder` has done with the engine."""
    (folder / _name(holder)).unlink(missing_ok=True)


def current(folder: Path) -> list[str]:
    """The holders that still live, as text; what the dead ones left is deleted."""
    if not folder.is_dir():
        return []
    living = []
    for lease in sorted(folder.iterdir()):
        if lease.name == _BY_HAND or _start_time(int(lease.name)) == lease.read_text():
            living.append(lease.name)
        else:
            lease.unlink(missing_ok=True)
    return living


def _name(holder: int | None) -> str:
    return _BY_HAND if holder is None else str(holder)


def _start_time(pid: int) -> str | None:
    """Field 22 of `/proc/PID/stat` (proc(5)): when the process started, in clock ticks after boot."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
