"""Where the engine is, and the smallest possible way to ask it something.

`configured_host` follows the docker command: `DOCKER_HOST`, then the context (`DOCKER_CONTEXT`, else the
current one of `config.json`), then the default socket. `get` speaks HTTP/1.0 over the engine's Unix socket,
because importing the docker SDK costs more than a hundred milliseconds, most of them for `requests`.
HTTP/1.0 has no chunks and ends with the connection, so the answer is what is read.
"""

from __future__ import annotations

# The socket alone: importing `socket` takes longer than all that is asked here takes to be answered.
import _socket
import os
from contextlib import closing
from pathlib import Path

DEFAULT_HOST = "unix:///var/run/docker.sock"
_UNIX = "unix://"


def configured_host() -> str:
    """The engine's address as `DOCKER_HOST` takes it."""
    return os.environ.get("DOCKER_HOST") or _host_of_context() or DEFAULT_HOST


def unix_socket(host: str) -> str:
    """The path of the socket of a `unix://` address, empty for another kind of address."""
    return host.removeprefix(_UNIX) if host.startswith(_UNIX) else ""


def get(path: str, target: str, seconds: float) -> tuple[int, bytes]:
    """Status and body of `GET target` at the socket `path`.

    Raises OSError when nobody answers there (within `seconds`), ValueError when it is not HTTP."""
    with closing(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)) as connection:
        connection.settimeout(seconds)
        connection.connect(path)
        connection.sendall(f"GET {target} HTTP/1.0\r\nHost: docker\r\n\r\n".encode("ascii"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        raise ValueError("the answer is not HTTP")
    return int(words[1]), body


def _host_of_context() -> str:
    """The address in the current docker context, empty when there is none or it cannot be read.

    The files are those of docker/cli: `contexts/meta/SHA256(NAME)/meta.json` under the configuration folder.
    """
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    name = os.environ.get("DOCKER_CONTEXT", "")
    if not name and not (folder / "contexts").is_dir():
        return ""
    import hashlib
    import json

    try:
        name = name or json.loads((folder / "config.json").read_bytes()).get("currentContext", "")
        if not name or name == "default":
            return ""
        digest = hashlib.sha256(name.encode()).hexdigest()
        meta = json.loads((folder / "contexts" / "meta" / digest / "meta.json").read_bytes())
        return str(meta["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
