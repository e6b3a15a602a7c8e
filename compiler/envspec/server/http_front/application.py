"""The HTTP interface, as a WSGI application: `POST /score`, `GET /healthz`, `GET /readyz`, `GET /`.

Every answer that is not the script's own is JSON; an error is `{"error": {"message", "id", …}}`, never a
traceback. `id` is the request's `X-Request-ID` (ours when it brought none that is fit for a log); it is in
the answer's headers and beside the script's traceback in the log.
"""

from __future__ import annotations

import hmac
import json
import re
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from http.client import responses
from typing import Any, Callable

from .log import Log
from .settings import Settings
from .workers import NoAnswer, Pool

QUEUE = 64
"""Requests that wait for a free worker. One more is told to come back."""

_ID = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")
_ENDPOINTS = {"/": "GET", "/healthz": "GET", "/readyz": "GET", "/score": "POST"}

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Answer(Exception):  # noqa: N818 - any answer, a good one too
    """An answer of the front's own; an exception so that any depth can give one."""

    def __init__(self, status: int, value: Any, *headers: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.value = value
        self.headers = headers


def error_body(message: str, identity: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more, "id": identity}}


class Application:
    def __init__(self, settings: Settings, pool: Pool, log: Log) -> None:
        self._settings = settings
        self._pool = pool
        self._log = log
        self._waiting = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        began = time.monotonic()
        identity = request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        path = str(environ.get("PATH_INFO", ""))
        kind = "application/json"
        headers: tuple[tuple[str, str], ...] = ()
        try:
            status, kind, body = self._route(path, environ, identity)
        except Answer as answer:
            status, headers = answer.status, answer.headers
            body = json.dumps(answer.value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        if path == "/score" or (status >= 500 and path != "/readyz"):
            milliseconds = (time.monotonic() - began) * 1000
            method = environ.get("REQUEST_METHOD", "")
            self._log.say(f"{method} {ascii(path)[1:-1]} {status} {milliseconds:.1f} ms id={identity}")
        start_response(
            f"{status} {responses.get(status, 'Unknown')}",
            [
                ("Content-Type", kind),
                ("Content-Length", str(len(body))),
                ("X-Request-ID", identity),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
                *headers,
            ],
        )
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]

    def _route(self, path: str, environ: Mapping[str, Any], identity: str) -> tuple[int, str, bytes]:
        method = environ.get("REQUEST_METHOD", "")
        allowed = _ENDPOINTS.get(path)
        if allowed is None:
            raise Answer(404, error_body("there is nothing here", identity, endpoints=_endpoints()))
        if method != allowed and not (method == "HEAD" and allowed == "GET"):
            message = f"{path} takes {allowed}, not {ascii(method)[1:-1]}"
            raise Answer(405, error_body(message, identity), ("Allow", allowed))
        if path == "/healthz":
            raise Answer(200, {"status": "alive"})
        if path == "/readyz":
            ready = self._pool.ready
            raise Answer(
                200 if ready else 503,
                {"status": "ready" if ready else "not ready", "workers": self._pool.counts()},
            )
        self._authorize(environ.get("HTTP_AUTHORIZATION", ""), identity)
        if path == "/":
            raise Answer(200, self._description())
        return self._score(environ, identity)

    def _authorize(self, header: str, identity: str) -> None:
        if self._settings.token is None:
            return
        scheme, _, token = header.partition(" ")
        given = token.strip().encode("latin-1", "replace")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, self._settings.token):
            message = "this deployment wants its token: `Authorization: Bearer …`"
            raise Answer(401, error_body(message, identity), ("WWW-Authenticate", "Bearer"))

    def _description(self) -> dict[str, Any]:
        return {
            "server": "envspec",
            "ready": self._pool.ready,
            "workers": self._pool.counts(),
            "takes": self._pool.takes,
            "endpoints": _endpoints(),
        }

    def _score(self, environ: Mapping[str, Any], identity: str) -> tuple[int, str, bytes]:
        body = environ["wsgi.input"].read()
        headers = _headers(environ)
        if self._settings.token is not None:
            headers.pop("authorization", None)
        request = {"id": identity, "type": environ.get("CONTENT_TYPE", ""), "headers": headers}
        with self._lock:
            full = self._waiting >= QUEUE + self._settings.workers * self._settings.concurrency
            self._waiting += not full
        if full:
            raise Answer(503, error_body("too many requests are waiting", identity), ("Retry-After", "1"))
        try:
            answer, result = self._pool.ask(request, body)
        except NoAnswer as no:
            retry = (("Retry-After", "1"),) if no.status == 503 else ()
            raise Answer(no.status, error_body(no.message, identity), *retry) from None
        finally:
            with self._lock:
                self._waiting -= 1
        if answer["traceback"]:
            begin, end = (f"-----{word} run() traceback {identity}-----" for word in ("BEGIN", "END"))
            self._log.block(f"{begin}\n{str(answer['traceback']).rstrip()}\n{end}")
        return int(answer["status"]), str(answer["type"]), result


def request_id(given: str) -> str:
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-").lower()] = str(value)
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    return headers


def _endpoints() -> list[str]:
    return [f"{method} {path}" for path, method in sorted(_ENDPOINTS.items())]
