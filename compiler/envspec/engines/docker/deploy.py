"""A deployment in a container: built, started, tried with its sample, and only then put in its place.

The order, when nothing of the deployment runs on the port: start it there, wait for `/readyz`, send the sample.
When an older container of it holds the port: start the new one on another loopback port and try it
there, while the old one serves; then stop the old one, start the new one on the port and try it again; only
then is the old one removed. Whatever fails, the new one is removed and the old one runs as before. Between
the two there is the time `init()` takes: the engine cannot move a published port from one container to another.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker import secret_files, serve
from envspec.engines.docker.build import ImageOrder, make_image
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.names import image_reference
from envspec.engines.docker.options import BuildOptions
from envspec.engines.docker.probe import send_sample, wait_until_ready
from envspec.engines.interface import Deployed, DeployRequest

if TYPE_CHECKING:
    import docker

_TAIL_LINES = 60
_EXIT_INIT = 3
_MORE_THAN_LIMIT = 5.0
_INIT_TRACEBACK = re.compile(
    r"-----BEGIN init\(\) traceback-----\n(.*?)-----END init\(\) traceback-----", re.DOTALL
)


def deploy(
    connection: Connection,
    options: BuildOptions,
    request: DeployRequest,
    context: Callable[[str], Iterable[bytes]],
) -> Deployed:
    """Serve the deployment. `context` is the build context of its image, for a builder. Raises Failure."""
    deployment = request.deployment
    if not connection.local:
        raise _failure(request, "E0915", "the engine at another machine cannot mount the models of this one", "",
                       "deploy with an engine on this machine")  # fmt: skip
    client = connection.client
    older = serve.containers_of(client, request)
    if not any(serve.publishes(container, deployment.port) for container in older):
        _refuse_taken_port(request)
    image = make_image(
        connection,
        options,
        ImageOrder(
            reference=image_reference(deployment.id, request.image_hash),
            hash=request.image_hash,
            preimage=request.preimage,
            context=context,
            locks=request.state / "locks",
            log=request.log.with_name(f"{request.log.stem}.build.log"),
            say=request.say,
            title=f"deployment `{deployment.id}`",
            pointer=f"/deployments/{deployment.id}",
        ),
    )
    holding = [c["Id"] for c in older if serve.publishes(c, deployment.port)]
    if holding:
        request.say(f"trying `{deployment.id}` on another port while the old one serves")
        _try_elsewhere(connection, request, image.location)
        serving, response = _replace(connection, request, image.location, holding)
    else:
        serving, response = _start(connection, request, image.location, deployment.port)
    serve.keep_running(client, serving.container)
    for container in older:
        serve.remove(client, container["Id"])
    secret_files.remove_others(request.state, deployment.id, serving.secrets)
    return Deployed("docker", serving.container, f"http://127.0.0.1:{serving.port}", False, response)


def alive(connection: Connection, handle: str) -> bool:
    """Whether the container runs. An engine that does not answer runs nothing that could be used."""
    import docker.errors
    import requests

    try:
        return bool(connection.client.api.inspect_container(handle)["State"]["Running"])
    except (Failure, docker.errors.DockerException, requests.RequestException):
        return False


def logs(connection: Connection, handle: str, log: Path) -> str:
    """What the deployment printed: from its container, or from the file that was kept when it was stopped."""
    import docker.errors

    try:
        return serve.log_of(connection.client, handle).decode("utf-8", "replace")
    except docker.errors.NotFound:
        return log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""


def stop(connection: Connection, handle: str) -> None:
    """End the deployment; nothing happens when it has ended."""
    serve.remove(connection.client, handle)


def _start(
    connection: Connection, request: DeployRequest, image: str, port: int
) -> tuple[serve.Serving, str]:
    """Start on `port` and check. What is not healthy is removed again."""
    serving = serve.start(connection, request, image, port)
    try:
        return serving, _check(connection, request, serving)
    except BaseException:
        with suppress(Exception):
            serve.remove(connection.client, serving.container)
        secret_files.remove(serving.secrets)
        raise


def _try_elsewhere(connection: Connection, request: DeployRequest, image: str) -> None:
    serving, _ = _start(connection, request, image, 0)
    serve.remove(connection.client, serving.container)


def _replace(
    connection: Connection, request: DeployRequest, image: str, holding: list[str]
) -> tuple[serve.Serving, str]:
    """Stop the old ones, start the new one in their place; bring them back when it does not work."""
    client = connection.client
    try:
        for container in holding:
            client.api.stop(container, timeout=serve.GRACE_SECONDS)
        return _start(connection, request, image, request.deployment.port)
    except BaseException:
        for container in holding:
            with suppress(Exception):
                client.api.start(container)
        raise


def _check(connection: Connection, request: DeployRequest, serving: serve.Serving) -> str:
    """The answer to the sample. Raises Failure when the server ends, is not ready in time, or fails it."""
    client = connection.client
    deployment = request.deployment
    health = deployment.health
    seconds = health.start_period + health.retries * health.interval
    request.say(f"waiting for `{deployment.id}` to be ready")
    if not wait_until_ready(serving.port, seconds, lambda: alive(connection, serving.container)):
        lost = connection.lost(f"starting deployment `{deployment.id}`")
        if lost is not None:
            raise Failure(lost)
        tail = _tail(client, serving.container)
        if alive(connection, serving.container):
            raise _failure(request, "E0922", f"deployment `{deployment.id}` was not ready within {seconds:g} s", tail,
                           "look at its log, or raise `health.start_period`", "health")  # fmt: skip
        raise _stopped(client, request, serving.container, tail)
    if request.sample is None:
        return ""
    verdict = send_sample(
        serving.port, request.sample, serving.token, deployment.limits.timeout + _MORE_THAN_LIMIT
    )
    if verdict.good:
        return verdict.text
    tail = _tail(client, serving.container)
    what = f"with status {verdict.status}" if verdict.status else "without an answer"
    pointer = "sample" if 400 <= verdict.status < 500 else "entry"
    raise _failure(request, "E0923", f"the sample of deployment `{deployment.id}` ended {what}", tail,
                   "mend the script or the sample; the end of the server's log is below", pointer,
                   f"the answer was: {verdict.text.strip()[:500]}")  # fmt: skip


def _stopped(client: docker.DockerClient, request: DeployRequest, container: str, tail: str) -> Failure:
    """The server has ended by itself; status 3 is its word for an `init()` that did not work."""
    state = client.api.inspect_container(container)["State"]
    name = f"deployment `{request.deployment.id}`"
    if state.get("OOMKilled"):
        return _failure(request, "E0921", f"{name} was killed for want of memory before it was ready", tail,
                        "raise `resources.memory`", "resources")  # fmt: skip
    traceback = _INIT_TRACEBACK.search(tail)
    if state["ExitCode"] == _EXIT_INIT and traceback:
        return _failure(request, "E0921", f"`init()` of {name} failed", traceback[1],
                        "mend the script or the environment: the traceback is the script's own", "entry")  # fmt: skip
    return _failure(request, "E0921", f"{name} stopped with status {state['ExitCode']} before it was ready", tail,
                    "the end of its log is below", "entry")  # fmt: skip


def _failure(
    request: DeployRequest, code: str, message: str, log: str, help_: str, attribute: str = "", note: str = ""
) -> Failure:
    pointer = f"/deployments/{request.deployment.id}"
    return Failure(
        Diagnostic(
            code=code,
            message=message,
            notes=(note,) if note else (),
            help=help_,
            log=log,
            pointer=f"{pointer}/{attribute}" if attribute else pointer,
        )
    )


def _tail(client: docker.DockerClient, container: str) -> str:
    return serve.log_of(client, container, _TAIL_LINES).decode("utf-8", "replace")


def _refuse_taken_port(request: DeployRequest) -> None:
    """Say before the build what the engine would say after it."""
    port = request.deployment.port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return  # a low port, which the engine may have and we may not
        except OSError:
            raise _failure(request, "E0920", f"port {port} of 127.0.0.1 is taken", "",
                           f"stop what listens there (`ss -ltnp 'sport = :{port}'`), or choose another `port`",
                           "port") from None  # fmt: skip
