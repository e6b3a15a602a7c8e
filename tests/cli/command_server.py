"""Commands of envspec without what each takes to import it: a process for each worker imports it once, and forks for each.

A command is still a process of its own, with its own working directory, variables, pipes and exit status, and it ends as
`python -m envspec` does. What an interpreter reads when it starts (`PYTHON…`, the locale) it has from the server, so one
with other values is started for real. Whoever measures starting, kills, or counts what is imported starts
`python -m envspec` itself. `ENVSPEC_FORKED_COMMANDS=0` has all of them started for real.
"""

from __future__ import annotations

import array
import atexit
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envspec.check.light_jsonschema import draft_2020_12

_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_", "HOME", "VIRTUAL_ENV")
_IMPORTED = (
    "envspec.__main__", "envspec.kept.invocation", "envspec.cli.outcome", "envspec.cli.app", "envspec.cli.show",
    "envspec.cli.workspaces", "envspec.cli.check_round", "envspec.actions.loading", "envspec.check.project",
    "envspec.resolve.project", "envspec.workspace.database", "envspec.lock.file", "click", "lark", "yaml",
    "packaging.requirements", "tomllib", "sqlite3", "subprocess", "tempfile", "shutil", "hashlib", "difflib",
)  # fmt: skip
"""Nothing that has threads, such as the solver's library: a fork would leave them behind."""


def _at_start(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(_AT_START)}


class CommandServer:
    """Starts its process when it is first asked, and ends it with this one."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="envspec-commands-")
        self._place = f"{self._folder}/socket"
        self._has = _at_start(os.environ)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.command_server", self._place],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        self._owner = os.getpid()
        atexit.register(self._stop)

    def fits(self, variables: Mapping[str, str]) -> bool:
        """Whether a command with these variables may be forked."""
        return self._owner == os.getpid() and _at_start(variables) == self._has

    def run(
        self, arguments: tuple[str, ...], cwd: Path, variables: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """What `subprocess.run` gives with captured text."""
        (out, out_writer), (err, err_writer) = os.pipe(), os.pipe()
        with socket.socket(socket.AF_UNIX) as server, selectors.DefaultSelector() as waiting:
            try:
                server.connect(self._place)
                rights = array.array("i", [0, out_writer, err_writer])
                request = json.dumps([arguments, str(cwd), dict(variables)]).encode()
                length = len(request).to_bytes(8, "big")
                server.sendmsg([length], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
                server.sendall(request)
            finally:
                os.close(out_writer)
                os.close(err_writer)
            read: dict[int, bytes] = {out: b"", err: b""}
            try:
                ends = time.monotonic() + timeout
                pid = int.from_bytes(_exactly(server, 8), "big")
                for pipe in read:
                    waiting.register(pipe, selectors.EVENT_READ)
                while waiting.get_map():
                    found = waiting.select(max(ends - time.monotonic(), 0))
                    if not found:
                        os.kill(pid, signal.SIGKILL)
                        raise subprocess.TimeoutExpired(
                            ["envspec", *arguments], timeout, read[out], read[err]
                        )
                    for key, _ in found:
                        piece = os.read(key.fd, 1 << 16)
                        read[key.fd] += piece
                        if not piece:
                            waiting.unregister(key.fd)
                status = int.from_bytes(_exactly(server, 8), "big", signed=True)
            finally:
                os.close(out)
                os.close(err)
        texts = [data.decode().replace("\r\n", "\n").replace("\r", "\n") for data in read.values()]
        return subprocess.CompletedProcess(["envspec", *arguments], status, *texts)

    def _stop(self) -> None:
        if self._owner == os.getpid():
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(10)
            Path(self._place).unlink(missing_ok=True)
            Path(self._folder).rmdir()


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise RuntimeError("the process that forks commands is gone")
        data += piece
    return data


def serve(place: str) -> list[Any] | None:
    """Comes back in a process that was forked for a command, with what it is to do, and with None when all is over."""
    for name in _IMPORTED:
        importlib.import_module(name)
    draft_2020_12()
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as waiting:
        listening.bind(place)
        listening.listen(64)
        waiting.register(listening, selectors.EVENT_READ)
        waiting.register(0, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            if any(key.fd == 0 for key, _ in waiting.select(1)):
                return None
            while _reaped():
                pass
            listening.setblocking(False)
            try:
                connection, _ = listening.accept()
            except BlockingIOError:
                continue
            if os.fork() == 0:
                break
            connection.close()
    connection.setblocking(True)
    return _of_one(connection)


def _reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _of_one(connection: socket.socket) -> list[Any]:
    """In the process that waits for one command and tells its status; comes back in that of the command."""
    length, rights, _, _ = connection.recvmsg(8, socket.CMSG_SPACE(3 * 4))
    handles = array.array("i")
    handles.frombytes(rights[0][2])
    request: list[Any] = json.loads(_exactly(connection, int.from_bytes(length, "big")))
    pid = os.fork()
    if pid == 0:
        connection.close()
        for number, handle in enumerate(handles):
            os.dup2(handle, number)
        for handle in handles:
            os.close(handle)
        return request
    for number in range(3):
        os.close(number)
    for handle in handles:
        os.close(handle)
    connection.sendall(pid.to_bytes(8, "big"))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(status.to_bytes(8, "big", signed=True))
    os._exit(0)


def main() -> None:
    request = serve(sys.argv[1])
    if request is None:
        return
    arguments, cwd, variables = request
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(variables)
    if hasattr(time, "tzset"):
        time.tzset()
    sys.argv = ["envspec", *arguments]
    from envspec.__main__ import main as envspec

    envspec()


if __name__ == "__main__":
    main()
