"""Runs a program to its end: its own session, its output as it comes, its time limit, nothing left over.

What comes in is a `Program` and where its output goes; what goes out is how it ended. What always holds:
when `run_program` returns or raises, no process of the program is running any more, and everything it
printed is in the log, with secret values masked.

How. The program leads its own session and process group, so that a signal reaches its children too and a
Ctrl-C at the terminal reaches only us; we pass it on. A thread waits for the program's end and wakes the
reading loop by a pipe, so that nothing polls. Where the system allows it the thread leaves the dead
program unreaped: until we reap it, the number of its group cannot come to mean another one.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import selectors
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from envspec.engines.interrupting import held, hurried, one_interrupt
from envspec.engines.local.leftovers import end_group, end_strays
from envspec.engines.local.program import Program
from envspec.engines.masking import Masker

TIMED_OUT = 124
"""The status of a run that was ended by its timeout, as of `timeout(1)`."""
_LONGEST_WAIT = 86_400.0
"""Seconds: a system waits no longer than 24 days at once."""

_PIECE = 64 * 1024
_GRACE_SECONDS = 10.0
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `status` is 128+N for signal N."""

    status: int
    timed_out: bool
    seconds: float
    cpu_seconds: float
    memory_bytes: int


class CannotStart(Exception):  # noqa: N818 - `run` makes the finding of it
    """The system refused to start the program; `error` says why."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        super().__init__(str(error))


class _Output:
    """Masks, keeps and shows what a program prints."""

    def __init__(self, descriptor: int, masker: Masker, show: Callable[[str], None]) -> None:
        self._descriptor = descriptor
        self._masker = masker
        self._show = show
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._unshown = ""

    def take(self, source: int) -> int:
        """What can be read from `source` now; how many bytes that was, 0 at its end. A signal waits until they are in
        the log, but not until they are shown: nobody may read that."""
        with held():
            piece = os.read(source, _PIECE)
            self._keep(self._masker.feed(piece), final=False)
        self._show_it()
        return len(piece)

    def finish(self) -> None:
        self._keep(self._masker.finish(), final=True)
        self._show_it()

    def _keep(self, masked: bytes, *, final: bool) -> None:
        view = memoryview(masked)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self._unshown += self._decoder.decode(masked, final)

    def _show_it(self) -> None:
        text, self._unshown = self._unshown, ""
        if text:
            self._show(text)


class _Watcher:
    """Tells by a readable descriptor that a process has ended."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._ended = threading.Event()
        self._reaped: tuple[int, float, int] | None = None
        self.descriptor, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._wait, name="envspec-run", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        pid = self._process.pid
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        else:
            self._reaped = _reap(self._process)
        self._ended.set()
        os.write(self._wake, b"x")

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def wait(self) -> None:
        self._ended.wait()

    def reap(self) -> tuple[int, float, int]:
        """Status, CPU seconds and peak memory in bytes. Waits for the end."""
        self._ended.wait()
        if self._reaped is None:
            self._reaped = _reap(self._process)
        return self._reaped

    def close(self) -> None:
        """After the end. The thread may not have written yet, and the number of the pipe may then be a file's."""
        self._thread.join()
        os.close(self.descriptor)
        os.close(self._wake)


def _reap(process: subprocess.Popen[bytes]) -> tuple[int, float, int]:
    _, raw, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(raw)
    process.returncode = code
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return (code if code >= 0 else 128 - code), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit


def run_program(
    program: Program,
    work: Path,
    log: Path,
    show: Callable[[str], None],
    timeout: float | None = None,
    mark: str = "",
    started: Callable[[int], None] | None = None,
    keeps: Sequence[int] = (),
) -> Ended:
    """Run to the end. `started` gets the number of the program's group; `keeps` are descriptors that the program has
    too. Raises `CannotStart`, and KeyboardInterrupt (`Interrupted`) after the program was ended."""
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    begun = time.monotonic()
    try:
        with one_interrupt(), _start(program, work, keeps) as process:
            output = _Output(descriptor, Masker(program.secret_values), show)
            watcher = _Watcher(process)
            try:
                if started is not None:
                    started(process.pid)
                timed_out = _follow(process, watcher, output, None if timeout is None else begun + timeout)
                status, cpu, memory = watcher.reap()
            except BaseException as error:
                with hurried(lambda: _signal_group(process.pid, signal.SIGKILL)):
                    _end(process, watcher, output, getattr(error, "number", signal.SIGINT))
                raise
            finally:
                # The first Ctrl-C may come only now, and leaves nothing running either.
                with held(), hurried(lambda: _signal_group(process.pid, signal.SIGKILL)):
                    if not watcher.ended:  # it came while we ended it for another reason
                        _signal_group(process.pid, signal.SIGKILL)
                    watcher.reap()
                    end_group(process.pid)
                    end_strays(mark)
                    _drain(process, output)
                    watcher.close()
    finally:
        os.close(descriptor)
    seconds = time.monotonic() - begun
    return Ended(TIMED_OUT if timed_out else status, timed_out, seconds, cpu, memory)


def _start(program: Program, work: Path, keeps: Sequence[int]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            program.argv,
            executable=program.executable,
            cwd=work,
            env=dict(program.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
            pass_fds=tuple(keeps),
        )
    except OSError as error:
        raise CannotStart(error) from error


def _follow(
    process: subprocess.Popen[bytes], watcher: _Watcher, output: _Output, deadline: float | None
) -> bool:
    """Read until the program has ended; whether it had to be ended because of `deadline`."""
    if _read(process, watcher, output, deadline):
        return False
    _end(process, watcher, output, signal.SIGTERM)
    return True


def _read(
    process: subprocess.Popen[bytes], watcher: _Watcher, output: _Output, deadline: float | None
) -> bool:
    """Read until the program has ended or the time has come; whether it has ended."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        selector.register(watcher.descriptor, selectors.EVENT_READ)
        while not watcher.ended:
            left = None if deadline is None else min(deadline - time.monotonic(), _LONGEST_WAIT)
            if left is not None and left <= 0:
                return False
            for key, _ in selector.select(left):
                if key.fileobj is process.stdout and not output.take(process.stdout.fileno()):
                    selector.unregister(process.stdout)
    return True


def _end(process: subprocess.Popen[bytes], watcher: _Watcher, output: _Output, number: int) -> None:
    """Ask the whole group to end, wait, and end it. What it prints meanwhile is read: a full pipe would hold it up.
    Whoever should see that may read nothing and hold us up: so it is a timer that ends the group."""
    if watcher.ended:
        return
    _signal_group(process.pid, number)
    late = threading.Timer(_GRACE_SECONDS, _signal_group, (process.pid, signal.SIGKILL))
    late.daemon = True
    late.start()
    try:
        with suppress(OSError):  # that nothing can be written is told by what ends it
            _read(process, watcher, output, None)
        watcher.wait()
    finally:
        late.cancel()
        late.join()


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # PermissionError: macOS, for a group of zombies
        return


def _drain(process: subprocess.Popen[bytes], output: _Output) -> None:
    """Read what is left in the pipe. Someone may still hold it open who cannot be ended, and print: not for long."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    left = int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)
    deadline = time.monotonic() + _DRAIN_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while left > 0 or time.monotonic() < deadline:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                break
            taken = output.take(descriptor)
            if not taken:
                break
            left -= taken
    output.finish()
