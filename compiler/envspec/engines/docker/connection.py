"""The way to the engine: an SDK client, opened when it is first needed, or one sentence why there is none.

`reason_unavailable` asks `/_ping` and is quick; `Connection.client` raises `Failure` (E0901 to E0904) with
the same sentence. `lost` makes the diagnostic for an engine that was there and went away.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.endpoint import configured_host, get, unix_socket

if TYPE_CHECKING:
    import docker

_PING_SECONDS = 5.0
_REQUEST_SECONDS = 300
_SDK = ("docker", "requests", "urllib3")
"""Whose exceptions mean trouble with the engine; told by name, because importing them is slow."""

_START = "start the engine (`systemctl start docker`), or set `DOCKER_HOST` to one that runs"
_HELP = {
    "E0901": _START,
    "E0902": _START,
    "E0903": "add your user to the group `docker` and log in again, or use a rootless engine",
}


class Connection:
    """One engine. Nothing is opened before `client` is read."""

    def __init__(self, host: str = "") -> None:
        self.host = host or configured_host()
        self._client: docker.DockerClient | None = None

    @property
    def local(self) -> bool:
        """Whether the engine shares this machine's files: only then can folders be mounted."""
        return bool(unix_socket(self.host))

    @property
    def client(self) -> docker.DockerClient:
        """The SDK's client, or what stands for it until it is needed. Raises Failure when the engine does not answer."""
        if self._client is None:
            trouble = diagnose(self.host)
            if trouble is not None:
                raise Failure(trouble)
            from envspec.engines.docker.lazy_client import LazyClient

            lazy = LazyClient(self.host, _REQUEST_SECONDS, lambda: open_client(self.host, _REQUEST_SECONDS))
            self._client = cast("docker.DockerClient", lazy)
        return self._client

    def lost(self, doing: str, pointer: str = "") -> Diagnostic | None:
        """What to say when something failed while `doing` (what `pointer` asked for) and the engine no longer answers,
        else None."""
        trouble = diagnose(self.host)
        if trouble is None:
            return None
        return Diagnostic(
            code="E0904",
            message=f"the docker engine went away while {doing}",
            notes=(trouble.message,),
            help="look at the engine's own log, start it again and repeat the command",
            pointer=pointer,
        )


@contextmanager
def speaking(connection: Connection, doing: str, pointer: str = "") -> Iterator[None]:
    """Turns what the SDK raises while `doing` something into a Failure: E0904 when the engine went away, else
    E0917 with the engine's own words."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _SDK:
            raise
        said = " ".join(str(getattr(error, "explanation", None) or error).split())
        refused = Diagnostic(
            code="E0917",
            message=f"the docker engine refused a request while {doing}",
            notes=(f"the engine says: {said}",),
            help="mend what the engine complains about and repeat the command",
            pointer=pointer,
        )
        raise Failure(connection.lost(doing, pointer) or refused) from error


def diagnose(host: str) -> Diagnostic | None:
    """Why the engine at `host` cannot be used, None when it answers."""
    path = unix_socket(host)
    try:
        if path:
            status, _ = get(path, "/_ping", _PING_SECONDS)
            if status == 200:
                return None
            return _diagnostic("E0902", f"what listens at `{host}` is no docker engine (status {status})")
        open_client(host, _PING_SECONDS).close()
    except (OSError, ValueError) as error:
        return _from_error(host, error)
    except Exception as error:  # noqa: BLE001  the SDK and ssh raise many kinds; all mean: no engine there
        return _from_error(host, _root_cause(error))
    return None


def open_client(host: str, seconds: float) -> docker.DockerClient:
    """A new SDK client, with the docker command's own settings for TLS; raises what the SDK raises."""
    import os

    import docker

    variables = {name: value for name, value in os.environ.items() if name.startswith("DOCKER_")}
    return docker.DockerClient.from_env(
        timeout=int(seconds), environment={**variables, "DOCKER_HOST": host}, use_ssh_client=True
    )


def _from_error(host: str, error: BaseException) -> Diagnostic:
    path = unix_socket(host)
    if isinstance(error, PermissionError):
        return _diagnostic("E0903", f"this user may not talk to the docker engine at `{host}`")
    if isinstance(error, FileNotFoundError) and path:
        return _diagnostic("E0901", f"no docker engine runs here: there is no socket `{path}`")
    if isinstance(error, ConnectionRefusedError):
        return _diagnostic("E0902", f"no docker engine listens at `{host}`")
    if isinstance(error, TimeoutError):
        return _diagnostic(
            "E0902", f"the docker engine at `{host}` does not answer within {_PING_SECONDS:g} s"
        )
    if not _is_address(host):  # why it is none would show a part of a password
        return _diagnostic("E0902", f"`{host}` is no address of a docker engine")
    reason = str(error).strip().splitlines()
    return _diagnostic(
        "E0902", f"the docker engine at `{host}` cannot be reached", reason[0] if reason else ""
    )


def _is_address(host: str) -> bool:
    from urllib.parse import urlsplit

    try:
        _ = urlsplit(host).port
    except ValueError:
        return False
    return True


def _diagnostic(code: str, message: str, note: str = "") -> Diagnostic:
    return Diagnostic(code=code, message=message, notes=(note,) if note else (), help=_HELP[code])


def _root_cause(error: BaseException) -> BaseException:
    """The operating system's error inside what the SDK made of it, else the error itself."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        inner = waiting.pop()
        if id(inner) in seen or not isinstance(inner, BaseException):
            continue
        seen.add(id(inner))
        if isinstance(inner, OSError) and inner.errno in errno.errorcode:
            return inner
        waiting += [inner.__cause__, inner.__context__, *inner.args, getattr(inner, "reason", None)]
    return error
