"""A registry of a hundred lines, in this process: with a referrers API, and with every kind of trouble.

Debian's docker-registry, which the other tests use, has no referrers API and heeds no `If-Match`. This one follows the
distribution-spec 1.1 in both, and does what no real registry can be made to do: answer nonsense, other bytes than
were asked for, and challenges of any kind. `tests/engines/referrers_registry.py` has a real one with the API.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.engines.in_thread import answering

Answer = tuple[int, dict[str, str], bytes]


class SmallRegistry:
    """`trouble` may answer a request itself: method, path and headers in, an answer or None out. `asked` are the
    requests, in order; `authorizations` what came with them. `conditional` says whether it looks at `If-None-Match`, as
    Debian's does not; `page` how many tags it lists at once, 0 for all."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []
        self.authorizations: list[str] = []
        self.trouble: Callable[[str, str, dict[str, str]], Answer | None] = lambda method, path, headers: None
        self.conditional = True
        self.page = 0
        self.lock = threading.Lock()
        self.address = ""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        with self.lock:
            self.asked.append(f"{method} {path}")
            self.authorizations.append(headers.get("Authorization", ""))
            answer = self.trouble(method, path, headers)
            if answer is not None:
                return answer
            parts = urlsplit(path)
            words = parts.path.strip("/").split("/")
            kind, last = (words[-2], words[-1]) if len(words) > 3 else ("", "")
            if kind == "manifests":
                return self._manifest(method, last, headers, body)
            if kind == "blobs" and last in self.blobs and method != "POST":
                return 200, {}, self.blobs[last]
            if (kind, last) == ("tags", "list"):
                return self._tags(parts.path, parse_qs(parts.query))
            if kind == "referrers":
                found = [self._entry(d) for d in self.manifests if self._subject(d) == last]
                return 200, {}, json.dumps({"schemaVersion": 2, "manifests": found}).encode()
            if method == "POST" and parts.path.endswith("/blobs/uploads/"):
                return 202, {"Location": f"{parts.path}1?state=x"}, b""
            if method == "PUT" and "/blobs/uploads/" in parts.path:
                (digest,) = parse_qs(parts.query)["digest"]
                self.blobs[digest] = body
                return 201, {}, b""
            return 404, {}, b'{"errors": [{"code": "UNKNOWN", "message": "not here"}]}'

    def _manifest(self, method: str, name: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "PUT":
            there = self.manifests.get(name)
            wanted = headers.get("If-Match")
            if wanted is not None and (there is None or wanted != _etag(there[1])):
                return 412, {}, b""
            if self.conditional and headers.get("If-None-Match") == "*" and there is not None:
                return 412, {}, b""
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            self.manifests[name] = self.manifests[digest] = (headers.get("Content-Type", ""), body)
            subject = (json.loads(body).get("subject") or {}).get("digest", "")
            return 201, {"OCI-Subject": subject} if subject else {}, b""
        if name not in self.manifests:
            return 404, {}, b""
        media_type, content = self.manifests[name]
        return 200, {"Content-Type": media_type, "ETag": _etag(content)}, content

    def _tags(self, path: str, query: dict[str, list[str]]) -> Answer:
        (after,) = query.get("last", [""])
        tags = sorted(name for name in self.manifests if not name.startswith("sha256:") and name > after)
        shown = tags[: self.page or None]
        more = {"Link": f'<{path}?last={shown[-1]}>; rel="next"'} if len(shown) < len(tags) else {}
        return 200, more, json.dumps({"name": "any", "tags": shown}).encode()

    def _subject(self, digest: str) -> str:
        if not digest.startswith("sha256:"):
            return ""
        return str((json.loads(self.manifests[digest][1]).get("subject") or {}).get("digest", ""))

    def _entry(self, digest: str) -> dict[str, object]:
        media_type, content = self.manifests[digest]
        return {"mediaType": media_type, "digest": digest, "size": len(content),
                "artifactType": json.loads(content).get("artifactType")}  # fmt: skip


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


@contextmanager
def serve_small_registry(encrypted: ssl.SSLContext | None = None) -> Iterator[SmallRegistry]:
    """It answers on loopback as long as the context lives; `encrypted` with a certificate of its own."""
    registry = SmallRegistry()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = registry.answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away, or does not trust us, is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    if encrypted is not None:
        server.socket = encrypted.wrap_socket(server.socket, server_side=True)
    registry.address = f"127.0.0.1:{server.server_address[1]}"
    with answering(server):
        yield registry
