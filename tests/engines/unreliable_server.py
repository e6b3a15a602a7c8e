"""A static server that misbehaves where it is told to: what an index or channel does on a bad day.

`faults` maps the beginning of a path to what happens to requests for it, and may be changed while the server
runs. Everything else is served as it lies in the folder. `asked` has the paths that were asked for, in order.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.engines.in_thread import answering


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request. `status` is answered instead of the file. `cut` is how many bytes of the file
    come before the connection is closed. `wait` are seconds before anything is answered."""

    status: int = 0
    cut: int = -1
    wait: float = 0


REFUSED = Fault(status=401)
BROKEN = Fault(status=500)
OVERLOADED = Fault(status=503)
CUT_SHORT = Fault(cut=20)
ABSENT = Fault(status=404)
SILENT = Fault(wait=8)


@dataclass
class UnreliableServer:
    """`address` is without a slash at its end."""

    address: str
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fault(self, path: str) -> Fault:
        self.asked.append(path)
        return next((fault for start, fault in self.faults.items() if path.startswith(start)), Fault())


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: UnreliableServer

    def __init__(self, *arguments: object, server_of: UnreliableServer, directory: str) -> None:
        self.server_of = server_of
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        fault = self.server_of.fault(self.path)
        time.sleep(fault.wait)
        del self.headers["If-Modified-Since"]  # see `static_server`
        if fault.status:
            self._answer(fault.status)
        elif fault.cut >= 0:
            self._cut(fault.cut)
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        fault = self.server_of.fault(self.path)
        if fault.status:
            self._answer(fault.status)
        else:
            super().do_HEAD()

    def end_headers(self) -> None:
        """Nobody is to remember an answer: what a client sees is what lies there now."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def handle(self) -> None:
        """A client that has heard enough goes away in the middle."""
        with suppress(ConnectionError):
            super().handle()

    def _answer(self, status: int) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _cut(self, length: int) -> None:
        found = Path(self.translate_path(self.path))
        found = found / "index.html" if found.is_dir() else found
        content = found.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(found)))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:length])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output is no access log."""


@contextmanager
def unreliable(folder: Path, faults: Mapping[str, Fault] | None = None) -> Iterator[UnreliableServer]:
    """`folder` on loopback, with `faults`, while the context lasts."""
    subject = UnreliableServer("", dict(faults or {}))
    handler = functools.partial(_Handler, server_of=subject, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    subject.address = f"http://127.0.0.1:{server.server_port}"
    with answering(server):
        yield subject
