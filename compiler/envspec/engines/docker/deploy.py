"""A deployment in a container: built, started, tried with its sample, and only then put in its place.

The order, when nothing of the deployment runs on the port: start it there, wait for `/readyz`, send the sample.
When an older container of it holds the port: start the new one on another loopback port and try it
there, while the old one serves; then stop the old one, start the new one on the port and try it again; only
then is the old one removed. Whatever fails, the new one is removed and the old one runs as before. Between
the two there is the time `init()` takes: the engine cannot move a published port from one container to another.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import serving
from envspec.engines.docker import secret_files, serve
from envspec.engines.docker.build import ImageOrder, make_image
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import container_runs
from envspec.engines.docker.names import repository_component
from envspec.engines.docker.options import BuildOptions
from envspec.engines.file_lock import exclusive
from envspec.engines.interface import Deployed, DeployRequest

SOURCE = "/opt/envspec/source"
"""Where the image has the code (`lower.deployment`)."""

_MORE_THAN_LIMIT = 5.0
_LOG_LATER_THAN_ANSWER = 3.0


def deploy(
    connection: Connection,
    options: BuildOptions,
    request: DeployRequest,
    image: ImageOrder,
) -> Deployed:
    """Serve the deployment from its `image`. Raises `Failure` with codes of E09 and E10; then what served before
    still does."""
    lock = request.state / "locks" / f"docker-deploy-{repository_component(request.deployment.id)}.lock"
    with exclusive(lock, waiting=lambda: request.say("waiting for another deploy to end")):
        return _deploy(connection, options, request, image)


def _deploy(
    connection: Connection,
    options: BuildOptions,
    request: DeployRequest,
    order: ImageOrder,
) -> Deployed:
    deployment = request.deployment
    older = serve.containers_of(connection.client, request) if connection.local else []
    _refuse(connection, request, older)
    image = make_image(connection, options, order)
    holding = [c["Id"] for c in older if serve.publishes(c, deployment.port)]
    if holding:
        request.say(f"trying `{deployment.id}` on another port while the old one serves")
        _try_elsewhere(connection, request, image.location)
        started, response = _replace(connection, request, image.location, holding)
    else:
        started, response = _start(connection, request, image.location, deployment.port)
    client = connection.client
    if not serve.keep_running(client, started.container):
        request.say("note: this engine will not start it again when it fails")
    for container in older:
        _removed(connection, request, container["Id"])
    secret_files.remove_others(request.state, deployment.id, started.secrets)
    return Deployed("docker", started.container, f"http://127.0.0.1:{started.port}", False, response)


def same_secrets(connection: Connection, handle: str, request: DeployRequest) -> bool:
    """Whether the files that the container reads its secrets from hold what they are now."""
    variables, token = serve.secret_values(request)
    if not variables and token is None:
        return True
    return serve.holds_secrets(connection.client, handle, variables, token)


def alive(connection: Connection, handle: str) -> bool:
    """Whether the container runs. An engine that does not answer runs nothing that could be used."""
    known = container_runs(connection.host, handle)
    if known is not None:
        return known
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


def stop(connection: Connection, handle: str) -> str:
    """End the deployment; nothing happens when it has ended. What is to be told of it, as `Engine.stop`."""
    return serve.remove(connection.client, handle)


def _start(
    connection: Connection, request: DeployRequest, image: str, port: int
) -> tuple[serve.Serving, str]:
    """Start on `port` and check. What is not healthy is removed again."""
    started = serve.start(connection, request, image, port)
    try:
        return started, _check(connection, request, started)
    except BaseException:
        with suppress(Exception):
            serve.remove(connection.client, started.container)
        secret_files.remove(started.secrets)
        raise


def _try_elsewhere(connection: Connection, request: DeployRequest, image: str) -> None:
    trial, _ = _start(connection, request, image, 0)
    _removed(connection, request, trial.container)


def _removed(connection: Connection, request: DeployRequest, container: str) -> None:
    lost = serve.remove(connection.client, container)
    if lost:
        request.say(lost)


def _replace(
    connection: Connection, request: DeployRequest, image: str, holding: list[str]
) -> tuple[serve.Serving, str]:
    """Stop the old ones, start the new one in their place; bring them back when it does not work."""
    import docker.errors

    client = connection.client
    try:
        for container in holding:
            with suppress(docker.errors.NotFound):  # somebody has stopped it meanwhile
                client.api.stop(container, timeout=serve.GRACE_SECONDS)
        return _start(connection, request, image, request.deployment.port)
    except BaseException:
        for container in holding:
            with suppress(Exception):
                client.api.start(container)
        raise


def _check(connection: Connection, request: DeployRequest, started: serve.Serving) -> str:
    """The answer to the sample. Raises Failure when the server ends, is not ready in time, or fails it."""
    deployment = request.deployment
    url = f"http://127.0.0.1:{started.port}"
    request.say(f"waiting for `{deployment.id}` to be ready")
    deadline = time.monotonic() + deployment.health.start_period
    outcome = serving.wait_until_ready(url, deadline, lambda: alive(connection, started.container))
    if outcome != "ready":
        lost = connection.lost(f"starting deployment `{deployment.id}`")
        if lost is not None:
            raise Failure(lost)
        how = _how_it_ended(connection, started.container) if outcome == "dead" else ""
        text = logs(connection, started.container, request.log)
        raise serving.not_started(deployment, text, SOURCE, outcome, how)
    if request.sample is None:
        return ""
    headers = serving.sample_headers(deployment, started.token)
    timeout = deployment.limits.timeout + _MORE_THAN_LIMIT
    status, body = serving.send_sample(url, request.sample, headers, timeout)
    if not 200 <= status < 400:
        text = _log_with_traceback(connection, started.container, request.log, status)
        raise serving.sample_refused(deployment, status, body, text, SOURCE)
    return body.decode("utf-8", "replace")


def _log_with_traceback(connection: Connection, container: str, log: Path, status: int) -> str:
    """The log after a request that failed: its traceback was written before the answer, but reaches the
    engine's log on a way of its own and may be later than the answer."""
    text = logs(connection, container, log)
    deadline = time.monotonic() + _LOG_LATER_THAN_ANSWER
    while status == HTTPStatus.INTERNAL_SERVER_ERROR and serving.run_traceback(text) is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
        text = logs(connection, container, log)
    return text


def _how_it_ended(connection: Connection, container: str) -> str:
    state = connection.client.api.inspect_container(container)["State"]
    if state.get("OOMKilled"):
        return "it used more memory than it may"
    return f"status {state['ExitCode']}"


def _refuse(connection: Connection, request: DeployRequest, older: list[dict[str, Any]]) -> None:
    """Everything that can be known to fail before anything is built."""
    deployment = request.deployment
    if not connection.local:
        raise Failure(
            Diagnostic(
                code="E0915",
                message=f"the engine at `{connection.host}` does not see the files of this machine",
                help="deploy with an engine on this machine, which can mount the models",
                pointer=f"/deployments/{deployment.id}",
            )
        )
    for name, path in request.models.items():
        if not path.exists():
            raise serving.missing_model(deployment, name, path)
    if not any(serve.publishes(container, deployment.port) for container in older):
        reason = _why_not(deployment.port)
        if reason:
            raise Failure(
                Diagnostic(
                    code="E1013",
                    message=f"port {deployment.port} of deployment `{deployment.id}` cannot be used: {reason}",
                    help="choose another `port`, or stop what listens there: "
                    f"`ss -ltnp 'sport = :{deployment.port}'` shows it",
                    pointer=f"/deployments/{deployment.id}/port",
                )
            )


def _why_not(port: int) -> str:
    """Why the port cannot be had; empty when it can. A low one the engine may have though we may not."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except PermissionError:
            return ""
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return ""
