"""The process that runs the user's scoring script: `init()` once, then `run(data)` for each request.

Started by `http_front.workers` as `PYTHON worker.py CONTROL CHANNEL…` in the user's environment, with the
numbers of inherited sockets. Comes in: requests as frames on the channels, one at a time on each. Goes out:
one frame for each (the front logs the traceback in it before it answers), and a line of JSON on the control
socket (`ready`, or `failed` with a traceback). What is printed goes to stdout and stderr, which are the log;
nothing of the protocol ever does.

What always holds: only the standard library is imported, the syntax is that of Python 3.9, the first
channel is served by the main thread (libraries that insist on it work), the end of a channel is a request
to leave in order, and the end of the control socket without a last byte, which means that the front died,
ends this process and its children at once.

A frame is `>IQ` (length of the header, length of the body), the header as JSON, the body.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import inspect
import io
import json
import os
import re
import signal
import socket
import struct
import sys
import threading
import traceback
from typing import Any, Callable

FRAME = struct.Struct(">IQ")
CHUNK = 1 << 20

FORM = "application/x-www-form-urlencoded"


class Headers(dict):  # type: ignore[type-arg]
    """The request's headers, found in any case, listed as `Content-Type`."""

    def __getitem__(self, name: str) -> str:
        return str(super().__getitem__(_title(name)))

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(_title(name), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(_title(name))


def _title(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


class Refused(Exception):  # noqa: N818 - the name says it
    """An answer other than 200, with what the client may know."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, **more}


class EntryError(Exception):
    """The entry script cannot be served as it is."""


class Scoring:
    """The loaded entry. `takes` is `json`, `text` or `bytes`: what `run` gets as its first argument."""

    def __init__(self, path: str) -> None:
        module = load(path)
        init = getattr(module, "init", None)
        run = getattr(module, "run", None)
        if not callable(init):
            raise EntryError(f"`{os.path.basename(path)}` has no function `init`")
        if not callable(run):
            raise EntryError(f"`{os.path.basename(path)}` has no function `run`")
        if inspect.iscoroutinefunction(run) or inspect.iscoroutinefunction(init):
            raise EntryError("`init` and `run` must be plain functions, not `async def`")
        self.run: Callable[..., Any] = run
        self.takes, self.with_headers = convention(run)
        init()

    def answer(self, header: dict[str, Any], body: bytes) -> tuple[int, str, bytes]:
        data = self._data(str(header.get("type", "")), body)
        if self.with_headers:
            headers = Headers({_title(k): v for k, v in header.get("headers", {}).items()})
            return render(self.run(data, headers))
        return render(self.run(data))

    def _data(self, content_type: str, body: bytes) -> Any:
        kind, _, parameters = content_type.partition(";")
        kind = kind.strip().lower()
        if self.takes == "bytes":
            return body
        if self.takes == "text":
            return decode(body, parameters)
        if kind in ("", "application/json") or kind.endswith("+json"):
            return parse_json(body)
        if kind == FORM:
            raise Refused(415, f"the body is announced as `{FORM}`; send `content-type: application/json`")
        return body


def convention(run: Callable[..., Any]) -> tuple[str, bool]:
    """What `run` gets first, and whether it gets the headers too.

    Text when the first parameter is called `raw_data` or is annotated `str`, bytes when it is annotated
    `bytes`, else parsed JSON. The headers are given to a second parameter that has no default or is called
    `request_headers` or `headers`: an optional `threshold` is not one for them.
    """
    try:
        parameters = list(inspect.signature(run).parameters.values())
    except (TypeError, ValueError):  # a callable written in C tells nothing
        return "json", False
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in places if p.default is p.empty]
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    only_named = [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if only_named or len(required) > 2 or not (places or variadic):
        raise EntryError("`run` must take `data`, or `data` and `request_headers`")
    takes = "json"
    if places:
        annotation = places[0].annotation
        if annotation is bytes or annotation == "bytes":
            takes = "bytes"
        elif annotation is str or annotation == "str" or places[0].name == "raw_data":
            takes = "text"
    second = places[1] if len(places) > 1 else None
    with_headers = second is not None and (
        second.default is second.empty or second.name in ("request_headers", "headers")
    )
    return takes, with_headers


def load(path: str) -> Any:
    """Import the entry script by its path; its folder is the first place where it finds modules."""
    path = os.path.abspath(path)
    sys.path[0] = os.path.dirname(path)
    name = os.path.splitext(os.path.basename(path))[0]
    if name in sys.modules:
        name = f"envspec_entry_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise EntryError(f"`{os.path.basename(path)}` is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def decode(body: bytes, parameters: str = "") -> str:
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]+)", parameters, re.IGNORECASE)
    encoding = charset.group(1) if charset else "utf-8-sig"
    try:
        return body.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise Refused(400, f"the body is not text in {encoding.replace('-sig', '')}: {error}") from None


def parse_json(body: bytes) -> Any:
    if not body.strip():
        raise Refused(400, "the body is empty; JSON was expected")
    try:
        return json.loads(body, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise Refused(
            400, f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}", **place
        ) from None
    except RecursionError:
        raise Refused(400, "the body is not usable JSON: it is nested too deeply") from None
    except ValueError as error:
        raise Refused(400, f"the body is not usable JSON: {error}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not JSON")


def render(result: Any) -> tuple[int, str, bytes]:
    """What `run` returned as a status, a content type and a body. Bytes stay as they are."""
    if isinstance(result, (bytes, bytearray, memoryview)):
        return 200, "application/octet-stream", bytes(result)
    try:
        text = json.dumps(result, default=plain, ensure_ascii=False, allow_nan=False)
    except RecursionError:
        raise TypeError("`run` returned a value that is nested too deeply for JSON") from None
    try:
        return 200, "application/json", text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8, but it has a JSON escape
        text = json.dumps(result, default=plain, allow_nan=False)
        return 200, "application/json", text.encode("ascii")


def plain(value: Any) -> Any:
    """A JSON value for what `json` does not know: arrays and scalars of numpy and its kin by `tolist`."""
    tolist = getattr(value, "tolist", None)
    if callable(tolist):
        return tolist()
    raise TypeError(
        f"`run` returned a {type(value).__name__}, which JSON cannot hold: "
        "return dicts, lists, strings, numbers, or arrays that have `tolist`"
    )


def own_traceback(error: BaseException) -> str:
    """The traceback from the first line of the user's own code on."""
    here = os.path.abspath(__file__)
    at = error.__traceback__
    while at is not None:
        name = at.tb_frame.f_code.co_filename
        if os.path.abspath(name) != here and not name.startswith("<frozen importlib"):
            break
        at = at.tb_next
    chained = error.__cause__ is not None or error.__context__ is not None
    if at is None and not chained and isinstance(error, EntryError):
        return f"{error}\n"
    return "".join(traceback.format_exception(type(error), error, at))


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at the end of the channel."""
    head = _exactly(channel, FRAME.size)
    if head is None:
        return None
    header_length, body_length = FRAME.unpack(head)
    header = _exactly(channel, header_length)
    body = _exactly(channel, body_length)
    if header is None or body is None:
        return None
    return json.loads(header), body


def _exactly(channel: socket.socket, length: int) -> bytes | None:
    buffer = bytearray()
    while len(buffer) < length:
        part = channel.recv(min(CHUNK, length - len(buffer)))
        if not part:
            return None
        buffer += part
    return bytes(buffer)


def send(channel: socket.socket, header: dict[str, Any], body: bytes) -> None:
    head = json.dumps(header).encode("utf-8")
    channel.sendall(FRAME.pack(len(head), len(body)) + head)
    channel.sendall(body)


def serve(scoring: Scoring, channel: socket.socket) -> None:
    """Answer the requests of one channel until it ends, or nobody takes the answers any more."""
    while True:
        request = receive(channel)
        if request is None:
            return
        header, body = request
        identity = str(header.get("id", ""))
        failure = ""
        try:
            status, kind, answer = scoring.answer(header, body)
        except Refused as refused:
            status, kind = refused.status, "application/json"
            answer = json.dumps({"error": {**refused.error, "id": identity}}).encode("utf-8")
        except BaseException as error:  # noqa: BLE001 - even SystemExit must not end the service
            failure = own_traceback(error)
            status, kind = 500, "application/json"
            message = "the scoring script failed; its traceback is in the log under this id"
            answer = json.dumps({"error": {"message": message, "id": identity}}).encode("utf-8")
        try:
            send(channel, {"status": status, "type": kind, "traceback": failure}, answer)
        except (BrokenPipeError, ConnectionResetError):
            return


def fill_secrets() -> None:
    """Secrets come as files. The script may read `NAME_FILE`, or `NAME`, which exists only in here."""
    folder = os.environ.get("ENVSPEC_SECRET_DIR", "")
    if not folder:
        return
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.startswith(".") or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            os.environ[name] = file.read()
        os.environ[f"{name}_FILE"] = path


def leave_with_front(control: socket.socket) -> None:
    """One byte means that the front wants an orderly end. None means that the front is gone: then this
    process and all that it started go at once."""
    try:
        if control.recv(1):
            return
    except OSError:
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main(arguments: list[str]) -> int:
    # A group of its own: whatever the script starts ends with it. The session stays that of the front.
    os.setpgid(0, 0)
    control, *channels = [socket.socket(fileno=int(number)) for number in arguments]
    for inherited in (control, *channels):
        inherited.set_inheritable(False)
    watch = threading.Thread(target=leave_with_front, args=(control,), daemon=True)
    watch.start()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    faulthandler.enable()
    try:
        fill_secrets()
        scoring = Scoring(os.environ["ENVSPEC_ENTRY"])
    except BaseException as error:  # noqa: BLE001 - SystemExit in init() is a failed init() too
        sys.stdout.flush()
        report = {"state": "failed", "traceback": own_traceback(error)}
        control.sendall(json.dumps(report).encode("utf-8") + b"\n")
        return 1
    control.sendall(json.dumps({"state": "ready", "takes": scoring.takes}).encode("utf-8") + b"\n")
    others = [threading.Thread(target=serve, args=(scoring, c), daemon=True) for c in channels[1:]]
    for thread in others:
        thread.start()
    serve(scoring, channels[0])
    for thread in (*others, watch):
        thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
