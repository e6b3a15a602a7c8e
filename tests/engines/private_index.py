"""Package indexes and channels on loopback that want a login, and wheels that hold a module.

What comes in is a folder and what `Authorization` its server wants; what goes out is an address, and every request
that was let in or not, for tests that ask who was told what.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.engines.in_thread import answering


@dataclass
class PrivateServer:
    """`asked` are (path, the `Authorization` that came with it), in order."""

    address: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    def about(self, text: str) -> list[tuple[str, str]]:
        return [request for request in self.asked if text in request[0]]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has read enough goes away."""


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@contextmanager
def serve_private(folder: Path, wanted: str) -> Iterator[PrivateServer]:
    """Serves `folder` to those who send `wanted`; the others get 401. Empty: to everyone."""
    found = PrivateServer("")

    class Private(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            given = self.headers.get("Authorization", "")
            found.asked.append((self.path, given))
            del self.headers["If-Modified-Since"]  # see `static_server`
            if not wanted or given == wanted:
                super().do_GET()
                return
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), functools.partial(Private, directory=str(folder)))
    found.address = f"http://127.0.0.1:{server.server_port}"
    with answering(server):
        yield found


def write_wheel(folder: Path, name: str, version: str, value: str) -> Path:
    """A wheel whose module, of the same name, has this `VALUE`."""
    module = name.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}-{version}-py3-none-any.whl"
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"VALUE = {value!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{inside},,\n" for inside in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(inside, text)
    return path


def write_index(folder: Path, *packages: tuple[str, str, str]) -> Path:
    """A PEP 503 index below `folder/simple` of (name, version, value)."""
    links: dict[str, list[str]] = {}
    for name, version, value in packages:
        file = write_wheel(folder / "simple" / name, name, version, value)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        links.setdefault(name, []).append(f'<a href="{file.name}#sha256={digest}">{file.name}</a>\n')
    for name, lines in links.items():
        (folder / "simple" / name / "index.html").write_text("".join(lines))
    return folder
