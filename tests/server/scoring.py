"""A scoring server for a test: its files as they are distributed, a script, and a client."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 60.0


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.json["error"]["message"])


class Server:
    """Starts at once; `wait_ready` and `finish` wait. Use it in a `with`: nothing is left running."""

    def __init__(
        self, files: Path, folder: Path, script: str, python: str = sys.executable, **settings: str
    ) -> None:
        self.source = folder / "source"
        self.source.mkdir(parents=True, exist_ok=True)
        self.source.joinpath("score.py").write_text(script, encoding="utf-8")
        self.log_file = folder / "server.log"
        variables = {"PATH": os.environ["PATH"], "ENVSPEC_ENTRY": "score.py", "ENVSPEC_PORT": "0", **settings}
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [python, "-I", "-S", str(files / "front.py")],
                cwd=self.source,
                env={name: value for name, value in variables.items() if value},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def port(self) -> int:
        found = wait_for(lambda: re.findall(r"listening on http://[^\n]*:(\d+)\n", self.log))
        return int(found[-1])

    def wait_ready(self) -> Server:
        wait_for(lambda: self.get("/readyz").status == 200)
        return self

    def finish(self) -> int:
        return self.process.wait(PATIENCE)

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def score(self, value: Any, **headers: str) -> Answer:
        return self.request("POST", "/score", json.dumps(value), content_type="application/json", **headers)

    def raw(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)


def wait_for(condition: Any) -> Any:
    """The first true value of `condition()`; a connection that is refused counts as false."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            value = condition()
        except OSError:
            value = None
        if value:
            return value
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
