"""The worker processes: started, watched, replaced, stopped; and the way a request takes through one.

Each worker has one control socket (it says `ready` or `failed` on it) and `concurrency` channels; a channel
carries one request at a time. What always holds: an idle channel belongs to a ready worker; a worker that
was too slow for one request gets no other one and ends as soon as its other requests are answered; a worker
that dies is replaced after a pause that doubles with every death in a row; there is never a restart for a
script whose `init()` has not worked once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections import deque
from typing import Any, Callable

from .log import Log
from .settings import Settings

FRAME = struct.Struct(">IQ")
CHUNK = 1 << 20
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 30.0
MOST_DEATHS_IN_A_ROW = 5
LAST_WORDS = 3.0

BEGIN_INIT = "-----BEGIN init() traceback-----"
END_INIT = "-----END init() traceback-----"


class NoAnswer(Exception):  # noqa: N818 - the name says it
    """The request got no answer. `status` is what HTTP calls it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Channel:
    def __init__(self, worker: Worker, end: socket.socket) -> None:
        self.worker = worker
        self.end = end

    def exchange(self, header: dict[str, Any], body: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
        """Raises `socket.timeout` at the deadline and `ConnectionError` when the worker is gone."""
        head = json.dumps(header).encode("utf-8")
        self._time_left(deadline)
        self.end.sendall(FRAME.pack(len(head), len(body)) + head)
        self._time_left(deadline)
        self.end.sendall(body)
        head_length, body_length = FRAME.unpack(self._exactly(FRAME.size, deadline))
        answer = json.loads(self._exactly(head_length, deadline))
        return answer, self._exactly(body_length, deadline)

    def _time_left(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout
        self.end.settimeout(left)

    def _exactly(self, length: int, deadline: float) -> bytes:
        buffer = bytearray()
        while len(buffer) < length:
            self._time_left(deadline)
            part = self.end.recv(min(CHUNK, length - len(buffer)))
            if not part:
                raise ConnectionResetError
            buffer += part
        return bytes(buffer)


class Worker:
    """One process. `busy` counts the requests in it; `state` is starting, ready, retiring or dead."""

    def __init__(self, slot: int, settings: Settings, log: Log) -> None:
        self.slot = slot
        self.state = "starting"
        self.busy = 0
        self.ready_since = 0.0
        self.takes = ""
        self.failure = ""
        pairs = [socket.socketpair() for _ in range(settings.concurrency + 1)]
        try:
            script = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "worker.py")
            theirs = [pair[1].fileno() for pair in pairs]
            self.process = subprocess.Popen(
                [settings.python, script, *map(str, theirs)],
                pass_fds=theirs,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(settings.worker_variables),
            )
        finally:
            for pair in pairs:
                pair[1].close()
        self.control = pairs[0][0]
        self.channels = [Channel(self, pair[0]) for pair in pairs[1:]]
        output = self.process.stdout
        if output is None:
            raise OSError("no pipe")
        self.pump = threading.Thread(target=log.pump, args=(os.dup(output.fileno()),), daemon=True)
        output.close()
        self.pump.start()

    def dismiss(self) -> None:
        """Ask for an orderly end: the requests in it are finished, exit handlers run."""
        try:
            self.control.sendall(b".")
        except OSError:
            pass
        for channel in self.channels:
            _shut(channel.end)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal the worker and what it started; harmless when it is gone."""
        if self.process.returncode is None:
            try:
                os.killpg(self.process.pid, number)
            except OSError:  # it has no group of its own yet
                self.process.send_signal(number)

    def wait(self) -> str:
        """Wait for the end; say how it came."""
        status = self.process.wait()
        try:  # what it left behind goes with it
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass
        self.pump.join(LAST_WORDS)
        for channel in self.channels:
            _shut(channel.end)
        if status < 0:
            try:
                return f"killed by {signal.Signals(-status).name}"
            except ValueError:
                return f"killed by signal {-status}"
        return f"exit status {status}"


class Pool:
    def __init__(self, settings: Settings, log: Log, give_up: Callable[[], None]) -> None:
        self._settings = settings
        self._log = log
        self._give_up = give_up
        self._lock = threading.Lock()
        self._freed = threading.Condition(self._lock)
        self._idle: deque[Channel] = deque()
        self._workers: dict[int, Worker] = {}
        self._all: set[Worker] = set()
        self._deaths = [0] * settings.workers
        self._stopping = False
        self._given_up = False
        self.was_ready = False
        self.takes = ""

    def start(self) -> None:
        for slot in range(self._settings.workers):
            self._spawn(slot)

    def counts(self) -> dict[str, int]:
        with self._lock:
            states = [worker.state for worker in self._workers.values()]
        return {"ready": states.count("ready"), "wanted": self._settings.workers}

    @property
    def ready(self) -> bool:
        """Every `init()` ended well, and somebody is there to answer."""
        return self.was_ready and not self._stopping and self.counts()["ready"] > 0

    def ask(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Give a request to the next free channel. Raises `NoAnswer`."""
        deadline = time.monotonic() + self._settings.timeout
        channel = self._acquire(deadline)
        worker = channel.worker
        try:
            answer = channel.exchange(header, body, deadline)
        except socket.timeout:
            self._retire(worker)
            message = f"the scoring script gave no answer in {self._settings.timeout:g} s"
            raise NoAnswer(504, message) from None
        except (OSError, ValueError):
            self._dropped(worker)
            raise NoAnswer(502, "the worker died while it worked on the request") from None
        self._release(channel)
        return answer

    def stop(self, grace: float) -> None:
        """Let the workers leave in order, then make them."""
        with self._freed:
            self._stopping = True
            self._idle.clear()
            self._freed.notify_all()
            workers = list(self._all)
            for worker in workers:
                worker.dismiss()
        deadline = time.monotonic() + grace
        for worker in workers:
            if worker.state == "starting":
                worker.kill(signal.SIGTERM)
        for number in (signal.SIGTERM, signal.SIGKILL):
            while time.monotonic() < deadline and any(w.process.returncode is None for w in workers):
                time.sleep(0.02)
            for worker in workers:
                worker.kill(number)
            deadline = time.monotonic() + 1.0
        for worker in workers:
            worker.pump.join(LAST_WORDS)

    # --- one request

    def _acquire(self, deadline: float) -> Channel:
        with self._freed:
            while True:
                if self._stopping:
                    raise NoAnswer(503, "the server is shutting down")
                if self._idle:
                    channel = self._idle.popleft()
                    channel.worker.busy += 1
                    return channel
                left = deadline - time.monotonic()
                if left <= 0:
                    if not any(worker.state == "ready" for worker in self._workers.values()):
                        raise NoAnswer(503, "no worker is ready")
                    raise NoAnswer(503, f"every worker was busy for {self._settings.timeout:g} s")
                self._freed.wait(left)

    def _release(self, channel: Channel) -> None:
        worker = channel.worker
        with self._freed:
            worker.busy -= 1
            if worker.state == "ready" and not self._stopping:
                self._idle.append(channel)
                self._freed.notify()
            finished = worker.state == "retiring" and worker.busy == 0
        if finished:
            worker.kill()

    def _dropped(self, worker: Worker) -> None:
        with self._lock:
            worker.busy -= 1

    def _retire(self, worker: Worker) -> None:
        """Python cannot stop a thread: the whole worker is replaced, once nobody else waits for it."""
        with self._lock:
            worker.busy -= 1
            first = worker.state == "ready"
            if first:
                worker.state = "retiring"
                self._idle = deque(c for c in self._idle if c.worker is not worker)
            finished = worker.busy == 0
        if first:
            self._log.say(f"worker {worker.slot} (pid {worker.process.pid}) was too slow and is replaced")
            self._spawn(worker.slot)
        if finished:
            worker.kill()

    # --- the life of a worker

    def _spawn(self, slot: int) -> None:
        with self._lock:
            if self._stopping or self._given_up:
                return
            try:
                worker = Worker(slot, self._settings, self._log)
            except OSError as error:
                self._fail(f"cannot start {self._settings.python}: {error.strerror}\n")
                return
            self._workers[slot] = worker
            self._all.add(worker)
        threading.Thread(target=self._watch, args=(worker,), daemon=True).start()

    def _watch(self, worker: Worker) -> None:
        report = _first_line(worker.control)
        if report.get("state") == "ready":
            self._now_ready(worker, str(report.get("takes", "")))
        how = worker.wait()
        worker.control.close()
        with self._freed:
            retired, lived = worker.state == "retiring", worker.ready_since
            worker.state = "dead"
            self._all.discard(worker)
            self._idle = deque(c for c in self._idle if c.worker is not worker)
            if self._stopping or retired:
                return
        if report.get("state") == "failed":
            self._died(worker, str(report.get("traceback", "")), "init() failed", 0.0)
        elif not lived:
            text = f"the worker ended before init() returned: {how}\n"
            self._died(worker, text, how, 0.0)
        else:
            self._died(worker, "", how, time.monotonic() - lived)

    def _now_ready(self, worker: Worker, takes: str) -> None:
        with self._freed:
            worker.state = "ready"
            worker.ready_since = time.monotonic()
            self.takes = takes
            self._idle.extend(worker.channels)
            self._freed.notify_all()
            ready = sum(w.state == "ready" for w in self._workers.values())
            first = ready == self._settings.workers and not self.was_ready
            self.was_ready = self.was_ready or first
        self._log.say(f"worker {worker.slot} (pid {worker.process.pid}) is ready")
        if first:
            self._log.say("ready")

    def _died(self, worker: Worker, init_text: str, how: str, lived: float) -> None:
        slot = worker.slot
        with self._lock:
            if lived >= HEALTHY_AFTER:
                self._deaths[slot] = 0
            self._deaths[slot] += 1
            deaths = self._deaths[slot]
            nobody = not any(w.state == "ready" for w in self._workers.values())
            hopeless = not self.was_ready or (nobody and deaths > MOST_DEATHS_IN_A_ROW)
            if hopeless:
                self._fail(init_text or f"the workers keep dying: {how}\n")
                return
        if init_text:
            self._log.block(f"{BEGIN_INIT}\n{init_text.rstrip()}\n{END_INIT}")
        pause = min(LONGEST_PAUSE, 0.1 * 2 ** min(deaths - 1, 20))
        self._log.say(f"worker {slot} (pid {worker.process.pid}) died: {how}; next one in {pause:g} s")
        time.sleep(pause)
        self._spawn(slot)

    def _fail(self, text: str) -> None:
        """End the server, once. The marks let an engine cut the reason out of the log."""
        if not self._given_up:
            self._given_up = True
            self._log.block(f"{BEGIN_INIT}\n{text.rstrip()}\n{END_INIT}")
            self._give_up()


def _first_line(control: socket.socket) -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        try:
            part = control.recv(65536)
        except OSError:
            part = b""
        if not part:
            return {}
        line += part
    report = json.loads(line)
    return report if isinstance(report, dict) else {}


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
