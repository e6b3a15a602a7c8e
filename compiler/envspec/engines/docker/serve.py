"""The container of a deployment: made, started, found, stopped.

What always holds: its port is published on 127.0.0.1 only; models, secrets and the token are mounted
read-only and are in no variable, label or argument; it runs without root and without capabilities; it
restarts only once it was found healthy.
"""

from __future__ import annotations

import os
import re
import secrets as random_names
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from envspec.engines import serving
from envspec.engines.docker import secret_files
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.container_settings import bind, limits, user_of_host
from envspec.engines.docker.names import repository_component
from envspec.engines.docker.start_failure import cannot_start
from envspec.engines.interface import NOTE, DeployRequest
from envspec.ir.types import Health, SecretRef

if TYPE_CHECKING:
    import docker

DEPLOYMENT_LABEL = "dev.envspec.deployment"
PROJECT_LABEL = "dev.envspec.project"
SECRETS_LABEL = "dev.envspec.secrets"
LOG_LABEL = "dev.envspec.log"
MODELS = "/opt/envspec/models"
SECRETS = "/run/secrets"
AUTH = "/run/envspec-auth"
GRACE_SECONDS = 15
_IMAGE_USER = "1000:1000"


@dataclass(frozen=True, slots=True)
class Serving:
    """A container that was started. `port` is where it is published on 127.0.0.1; 0 when it has ended already."""

    container: str
    port: int
    secrets: Path
    token: str | None


def start(connection: Connection, request: DeployRequest, image: str, port: int) -> Serving:
    """Start a container of `image`, published on `port` (0: any free one). Raises Failure (E09)."""
    import docker.errors

    client = connection.client
    deployment = request.deployment
    user = _user(client, request.environment.docker.user)
    secret, token = secret_values(request)
    serving.check_token(deployment, token)
    files = secret_files.write(request.state, deployment.id, secret, token, user)
    container = ""
    name = f"envspec-{repository_component(deployment.id)}-{random_names.token_hex(6)}"
    try:
        request.begins(name, f"http://127.0.0.1:{port}" if port else "")
        container = client.api.create_container(
            image,
            name=name,
            environment=[f"{n}={v}" for n, v in {**_plain(request), **_settings(request, token)}.items()],
            user=user,
            ports=[deployment.port],
            healthcheck=_healthcheck(deployment.health),
            labels={
                **_labels(request),
                SECRETS_LABEL: str(files.folder),
                LOG_LABEL: str(request.log),
            },
            host_config=client.api.create_host_config(
                mounts=[
                    *(
                        bind(path.resolve(), f"{MODELS}/{name}", read_only=True)
                        for name, path in request.models.items()
                    ),
                    bind(files.variables, SECRETS, read_only=True),
                    bind(files.auth, AUTH, read_only=True),
                ],
                port_bindings={deployment.port: ("127.0.0.1", port or None)},
                init=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                log_config=_log_config(),
                **limits(deployment.resources, request.environment.docker.shm_size),
            ),
        )["Id"]
        client.api.start(container)
        published = client.api.port(container, deployment.port) or [{"HostPort": port}]  # it may have ended
        return Serving(container, int(published[0]["HostPort"]), files.folder, token)
    except BaseException as error:
        if container:
            with suppress(Exception):
                client.api.remove_container(container, force=True, v=True)
        secret_files.remove(files.folder)
        if isinstance(error, docker.errors.DockerException):
            title, pointer = f"deployment `{deployment.id}`", f"/deployments/{deployment.id}"
            raise cannot_start(connection, error, title, pointer) from error
        raise


def secret_values(request: DeployRequest) -> tuple[dict[str, str], str | None]:
    """The values of the variables that are secrets, and of the token."""
    merged = {**request.environment.variables, **request.deployment.variables}
    secret = {name: request.secrets(value) for name, value in merged.items() if isinstance(value, SecretRef)}
    auth = request.deployment.auth
    return secret, None if auth is None else request.secrets(auth)


def holds_secrets(
    client: docker.DockerClient, container: str, variables: Mapping[str, str], token: str | None
) -> bool:
    """Whether the container reads these values; false when it is gone."""
    import docker.errors

    try:
        labels = client.api.inspect_container(container)["Config"].get("Labels") or {}
    except docker.errors.NotFound:
        return False
    files = secret_files.SecretFiles(Path(labels.get(SECRETS_LABEL, "")))
    tokens = {} if token is None else {secret_files.TOKEN: token}
    return serving.files_hold(files.variables, variables) and serving.files_hold(files.auth, tokens)


def containers_of(client: docker.DockerClient, request: DeployRequest) -> list[dict[str, Any]]:
    """Every container of this deployment, as `GET /containers/json` lists them."""
    wanted = [f"{name}={value}" for name, value in _labels(request).items()]
    return list(client.api.containers(all=True, filters={"label": wanted}))


def publishes(container: Mapping[str, Any], port: int) -> bool:
    """Whether a listed container holds `port` of this machine."""
    return any(entry.get("PublicPort") == port for entry in container.get("Ports") or ())


def keep_running(client: docker.DockerClient, container: str) -> bool:
    """From now on the engine starts it again when it fails. False when the engine cannot change that of a container
    that runs, as podman 4."""
    import docker.errors

    try:
        client.api.update_container(container, restart_policy={"Name": "on-failure", "MaximumRetryCount": 5})
    except docker.errors.NotFound:
        client.api.inspect_container(container)  # raises where it is the container that is not there
        return False
    return True


def remove(client: docker.DockerClient, container: str) -> str:
    """Stop the container in order, keep its log in the file it was made with, take it and its secrets away.
    Nothing happens when it is gone. A note for the user where the log is lost, else nothing."""
    import docker.errors

    lost = ""
    try:
        labels = client.api.inspect_container(container)["Config"].get("Labels") or {}
        client.api.stop(container, timeout=GRACE_SECONDS)
        if labels.get(LOG_LABEL):
            lost = _kept_log(client, container, Path(labels[LOG_LABEL]))
        _take_away(client, container)
    except docker.errors.NotFound:
        return lost
    if labels.get(SECRETS_LABEL):
        secret_files.remove(Path(labels[SECRETS_LABEL]))
    return lost


def _take_away(client: docker.DockerClient, container: str) -> None:
    """Also when somebody else is just doing it, such as a `stop` beside a `deploy`: then until it is gone."""
    import docker.errors

    try:
        client.api.remove_container(container, force=True, v=True)
    except docker.errors.APIError as error:
        if error.status_code != HTTPStatus.CONFLICT or "in progress" not in str(error.explanation):
            raise
        client.api.wait(container, timeout=GRACE_SECONDS, condition="removed")


def _kept_log(client: docker.DockerClient, container: str, log: Path) -> str:
    """Writes what the container printed to `log`; why not, where that cannot be. Then nothing is there: not a part, nor the
    log of the container before."""
    import docker.errors

    try:
        text = log_of(client, container)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(text)
    except docker.errors.NotFound:
        raise
    except (OSError, docker.errors.APIError) as error:
        with suppress(OSError):
            log.unlink()
        reason = getattr(error, "strerror", None) or getattr(error, "explanation", None) or str(error)
        return f"{NOTE}the log of the container that was stopped is lost: `{log}`: {str(reason).lower()}"
    return ""


def log_of(client: docker.DockerClient, container: str, lines: int | Literal["all"] = "all") -> bytes:
    """What the container printed; the server has masked secrets in it."""
    return bytes(client.api.logs(container, stdout=True, stderr=True, tail=lines))


def _labels(request: DeployRequest) -> dict[str, str]:
    project = sha256(os.fsencode(request.root.resolve())).hexdigest()[:16]
    return {DEPLOYMENT_LABEL: request.deployment.id, PROJECT_LABEL: project}


def _plain(request: DeployRequest) -> dict[str, str]:
    """The variables that are no secrets."""
    merged = {**request.environment.variables, **request.deployment.variables}
    return {name: value for name, value in merged.items() if not isinstance(value, SecretRef)}


def _settings(request: DeployRequest, token: str | None) -> dict[str, str]:
    """What the server is told that its image does not know. Replicas are worker processes."""
    deployment = request.deployment
    settings = serving.server_variables(deployment)
    del settings["ENVSPEC_ENTRY"]  # the image knows where its code is
    settings |= {
        "ENVSPEC_HOST": "0.0.0.0",  # noqa: S104 - inside the container; it is published on loopback only
        "ENVSPEC_PORT": str(deployment.port),
        "ENVSPEC_WORKERS": str(max(1, deployment.replicas)),
        "ENVSPEC_GRACE": str(GRACE_SECONDS - 2),
        "ENVSPEC_SECRET_DIR": SECRETS,
    }
    if request.models:
        settings["ENVSPEC_MODELS"] = MODELS
    if token is not None:
        settings["ENVSPEC_AUTH_FILE"] = f"{AUTH}/{secret_files.TOKEN}"
    return settings


def _healthcheck(health: Health) -> dict[str, Any]:
    """How often the engine asks; what it asks is in the image. The API counts nanoseconds."""
    return {
        "interval": round(health.interval * 1e9),
        "timeout": round(health.timeout * 1e9),
        "start_period": round(health.start_period * 1e9),
        "retries": health.retries,
    }


def _user(client: docker.DockerClient, wanted: str) -> str:
    """The caller, who owns the files that are mounted; for root, the image's user instead."""
    if os.getuid() != 0:
        return user_of_host(client)
    return wanted if re.fullmatch(r"[1-9]\d*(:\d+)?", wanted) else _IMAGE_USER


def _log_config() -> Any:
    from docker.types import LogConfig

    return LogConfig(type="json-file", config={"max-size": "10m", "max-file": "3"})
