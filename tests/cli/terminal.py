"""`envspec` on a pseudo-terminal of its own, as a person has it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

# The child makes the terminal its controlling one itself: code between fork and exec could hang in a process with
# threads.
_START = """\
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "envspec", *sys.argv[1:]])
"""


class Terminal:
    """Reads with a limit of time; `seen` is what was shown after what was waited for last."""

    def __init__(self, *arguments: str, cwd: Path, term: str = "dumb") -> None:
        self.fd, other = pty.openpty()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _START, *arguments],
                cwd=cwd, stdin=other, stdout=other, stderr=other, env={**os.environ, "TERM": term},
            )  # fmt: skip
        finally:
            os.close(other)
        self.seen = ""

    def until(self, text: str, seconds: float = 60) -> None:
        """Reads until the text was shown after what was waited for before."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            data = self.read(end)
            assert data, f"no {text!r} in {self.seen!r}"
            self.seen += data
        self.seen = self.seen.partition(text)[2]

    def send(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def interrupt(self, seconds: float = 60) -> int:
        """Ctrl-C, again after a while: Python may miss one that comes just as it begins to wait for a line. Gives
        the status."""
        self.send("\x03")
        soon = time.monotonic() + seconds / 10
        while data := self.read(soon):
            self.seen += data
        if time.monotonic() >= soon:
            self.send("\x03")
        return self.status(seconds)

    def status(self, seconds: float = 60) -> int:
        """Waits for the end."""
        end = time.monotonic() + seconds
        try:
            while data := self.read(end):
                self.seen += data
            return self.process.wait(max(0.1, end - time.monotonic()))
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.fd)

    def read(self, end: float) -> str:
        """What comes next; empty at the end, and when there is no more time."""
        ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
        if not ready:
            return ""
        try:
            return os.read(self.fd, 4096).decode("utf-8", "replace")
        except OSError:  # how Linux tells the end
            return ""
