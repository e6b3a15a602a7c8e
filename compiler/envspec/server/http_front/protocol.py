"""What we change of waitress: errors of the HTTP parser are JSON too, and a body that is too large is read
to its end (and thrown away), because a client that is still sending would otherwise see its connection
reset instead of the 413.
"""

from __future__ import annotations

import json
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from .application import error_body, request_id

PATIENCE = 1 << 30
"""Bytes that are thrown away before the connection is."""


class _Nowhere:
    """Takes the place of a body's buffer."""

    def append(self, data: bytes) -> None:
        pass

    def __len__(self) -> int:
        return 0

    def close(self) -> None:
        pass


class Parser(HTTPRequestParser):  # type: ignore[misc]
    left_to_drop = 0
    dropping_chunks = False

    def received(self, data: bytes) -> int:
        if self.left_to_drop:
            taken = min(len(data), self.left_to_drop)
            self.left_to_drop -= taken
            self.completed = self.left_to_drop == 0
            return taken
        if self.dropping_chunks:
            receiver = self.body_rcv
            taken = int(receiver.received(data))
            self.body_bytes_received += taken
            self.completed = bool(receiver.completed or receiver.error or self.body_bytes_received > PATIENCE)
            return taken
        consumed = int(super().received(data))
        if isinstance(self.error, RequestEntityTooLarge) and not self.expect_continue:
            self._drop_the_rest()
        return consumed

    def _drop_the_rest(self) -> None:
        if self.chunked:
            receiver = self.body_rcv
            if not (receiver.completed or receiver.error):
                receiver.buf.close()
                receiver.buf = _Nowhere()
                self.dropping_chunks = True
                self.completed = False
        elif self.content_length <= PATIENCE:
            self.left_to_drop = self.content_length
            self.completed = False


class Error(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        error = self.request.error
        identity = request_id(self.request.headers.get("X_REQUEST_ID", ""))
        if isinstance(error, RequestEntityTooLarge):
            message = f"the body is larger than {self.channel.adj.max_request_body_size - 1} bytes"
        else:
            message = f"{error.reason.lower()}: {error.body}"
        body = json.dumps(error_body(message, identity)).encode("ascii") + b"\n"
        self.status = f"{error.code} {error.reason}"
        headers: list[tuple[str, str]] = self.response_headers
        headers += [("Content-Type", "application/json"), ("X-Request-ID", identity)]
        self.set_close_on_finish()
        self.content_length: Any = len(body)
        self.write(body)


class Connection(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser
    error_task_class = Error
