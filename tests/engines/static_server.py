"""Serves a folder over HTTP on loopback from a thread, as a channel or an index would be."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from tests.engines.in_thread import answering


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Always the whole file. A port is used again by other tests, whose files a client's cache may have under
        the same address; `304 Not Modified` by date alone would call those the same."""
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output is no access log."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The address, without a slash at its end, at which `folder` is served while the context lasts."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with answering(server):
        yield f"http://127.0.0.1:{server.server_port}"
