"""Serves a deployment on this machine: the scoring server as a daemon on a loopback port.

What comes in is a `DeployRequest`; what goes out a `Deployed` whose handle names the process (id and start
time) and its folder `STATE/deployments/ID/INSTANCE`, where `record.json`, the model links and the secret
files (0600, removed when it is stopped) are.

What always holds, also when this process is killed at any point: nobody reaches a server whose sample has
not been answered, and what served before goes on until the new one has. The order that gives it:

1. take the lock of the deployments, and take away what a killed `deploy` left; see that the port is free, or held by
   this deployment's older server;
2. start the new server on a free port (`ENVSPEC_STAGED`; it ends by itself when we do before step 5); the workspace
   knows it (`DeployRequest.begins`) before it goes on;
3. wait until it is ready, send the sample; on failure end it and say why;
4. ask the older server to leave: it stops listening at once and finishes the requests it has;
5. tell the new one to take the port; write the record; see the older one out.

Between 4 and 5 nobody listens for some milliseconds. A record without its process counts for nothing.
"""

from __future__ import annotations

import json
import os
import secrets as random_names
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from envspec.atomic_file import write_atomically
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import serving
from envspec.engines.interface import Deployed, DeployRequest
from envspec.engines.local import daemon
from envspec.engines.local.daemon import Daemon
from envspec.ir.types import SecretRef

HOST = "127.0.0.1"
STOP_SECONDS = 15.0
"""How long requests in flight may take when a deployment is stopped or replaced."""

_MOVE_SECONDS = 10.0
_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Record:
    """`deployment` is the id in the spec; `port` the one it is meant for; `serving` is false until step 5."""

    folder: Path
    deployment: str
    port: int
    daemon: Daemon
    serving: bool

    @property
    def handle(self) -> str:
        return json.dumps({"folder": str(self.folder), "pid": self.daemon.pid, "start": self.daemon.start})

    def write(self) -> None:
        value = {
            "deployment": self.deployment,
            "port": self.port,
            "pid": self.daemon.pid,
            "start": self.daemon.start,
            "serving": self.serving,
        }
        write_atomically(self.folder / _RECORD, json.dumps(value).encode())


def deploy(request: DeployRequest) -> Deployed:
    """Raises `Failure` with a code of the E10 group; then what served before still does."""
    from envspec.engines.file_lock import exclusive

    deployments = request.state / "deployments"
    python = _python(request)
    with exclusive(deployments / ".lock", waiting=lambda: request.say("waiting for another deploy to end")):
        older = _older(request, deployments)
        folder = deployments / request.id / random_names.token_hex(4)
        begin = request.log.stat().st_size if request.log.exists() else 0
        token = _prepare(request, folder)
        try:
            record = _start(request, folder, python)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            answer = _check(request, record, token, begin)
            _take_over(request, record, older, begin)
        except BaseException:
            _end(record, 1.0)
            raise
        for one in older:
            _end(one, STOP_SECONDS, asked=True)
        url = f"http://{HOST}:{_state(record)['port']}"
        return Deployed("local", record.handle, url, sample_response=answer)


def alive(handle: str) -> bool:
    record = _of_handle(handle)
    return record is not None and daemon.is_alive(record.daemon)


def same_secrets(handle: str, request: DeployRequest) -> bool:
    """Whether its files hold what the secrets of `request` are now."""
    record = _of_handle(handle)
    auth = request.deployment.auth
    token = {} if auth is None else {"token": request.secrets(auth)}
    wanted = {"secrets": _secret_values(request), "": token}
    return record is not None and all(
        serving.files_hold(record.folder / part, values) for part, values in wanted.items()
    )


def logs(handle: str, log: Path) -> str:
    """The server masks secrets before it writes, so the file is the whole story."""
    return _log_from(log, 0)


def stop(handle: str) -> None:
    """End it with all its processes and remove its secrets. Nothing happens when it is gone already."""
    record = _of_handle(handle)
    if record is not None:
        _end(record, STOP_SECONDS)


def _of_handle(handle: str) -> Record | None:
    try:
        value = json.loads(handle)
        process = Daemon(int(value["pid"]), str(value["start"]))
        return Record(Path(value["folder"]), "", 0, process, True)
    except (ValueError, KeyError, TypeError):
        return None


# --- before anything is started


def _python(request: DeployRequest) -> str:
    location = Path(request.built.location)
    python = location / "bin" / "python" if location.is_dir() else location
    if not python.exists():
        environment = request.environment.id
        raise Failure(
            Diagnostic(
                "E1017",
                f"environment `{environment}` has no Python, which the scoring server runs by",
                pointer=f"/deployments/{request.deployment.id}/environment",
                help='add `python = "3.12"` to it',
            )
        )
    return str(python)


def _older(request: DeployRequest, deployments: Path) -> list[Record]:
    """Servers of this deployment that are to be replaced. What a killed `deploy` left is ended. Raises
    E1013 when somebody else has the port."""
    deployment = request.deployment
    older = []
    others = {}
    for record in _records(deployments):
        if not daemon.is_alive(record.daemon):
            _end(record, 0.0)
        elif record.deployment != deployment.id:
            others[record.port] = record.deployment
        elif record.serving:
            older.append(record)
        else:
            _end(record, 1.0)
    for folder in (deployments / deployment.id).glob("*"):
        if not (folder / _RECORD).exists():  # killed before it had one, with secrets in it
            shutil.rmtree(folder, ignore_errors=True)
    if deployment.port and all(record.port != deployment.port for record in older):
        reason = _why_not(deployment.port)
        if reason:
            holder = others.get(deployment.port, "")
            reason = f"deployment `{holder}` of this project holds it" if holder else reason
            raise _port_failure(request, reason, holder)
    return older


def _records(deployments: Path) -> Iterator[Record]:
    for path in sorted(deployments.glob(f"*/*/{_RECORD}")):
        try:
            value = json.loads(path.read_bytes())
            process = Daemon(int(value["pid"]), str(value["start"]))
            yield Record(path.parent, value["deployment"], value["port"], process, value["serving"])
        except (OSError, ValueError, KeyError, TypeError):
            continue


def _why_not(port: int) -> str:
    """Why the port cannot be had; empty when it can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except PermissionError:
            return "it needs privileges, as every port below 1024"
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return ""


def _port_failure(request: DeployRequest, reason: str, holder: str = "") -> Failure:
    deployment = request.deployment
    stop_it = f", or stop it: `envspec deployments stop {holder}`" if holder else ""
    return Failure(
        Diagnostic(
            "E1013",
            f"port {deployment.port} of deployment `{deployment.id}` cannot be used: {reason}",
            pointer=f"/deployments/{deployment.id}/port",
            help=f"choose another `port`{stop_it}",
        )
    )


# --- one instance


def _prepare(request: DeployRequest, folder: Path) -> str | None:
    """Make the instance's folder; gives the token that requests must bring. Raises E1015, E1016."""
    deployment = request.deployment
    for name, path in request.models.items():
        if not path.exists():
            raise serving.missing_model(deployment, name, path)
    values = _secret_values(request)
    token = request.secrets(deployment.auth) if deployment.auth is not None else None
    serving.check_token(deployment, token)
    for part in ("", "models", "secrets"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part).chmod(0o700)
    for name, path in request.models.items():
        (folder / "models" / name).symlink_to(path.absolute())
    for name, value in values.items():
        _write_secret(folder / "secrets" / name, value)
    if token is not None:
        _write_secret(folder / "token", token)
    return token


def _secret_values(request: DeployRequest) -> dict[str, str]:
    both = {**request.environment.variables, **request.deployment.variables}
    return {n: request.secrets(v) for n, v in both.items() if isinstance(v, SecretRef)}


def _write_secret(path: Path, value: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(value)


def _start(request: DeployRequest, folder: Path, python: str) -> Record:
    deployment = request.deployment
    request.log.parent.mkdir(parents=True, exist_ok=True)
    server = _server(request.state)
    try:
        process = daemon.start(
            [python, "-I", "-S", str(server / "front.py")],
            _variables(request, folder),
            request.source,
            request.log,
        )
    except OSError as error:
        raise Failure(
            Diagnostic(
                "E1014",
                f"the server of deployment `{deployment.id}` cannot be started: {error.strerror}",
                pointer=f"/deployments/{deployment.id}/environment",
                help="build the environment again: `envspec build`",
            )
        ) from None
    record = Record(folder, deployment.id, deployment.port, process, serving=False)
    try:
        record.write()
        request.begins(record.handle, f"http://{HOST}:{deployment.port}" if deployment.port else "")
    except BaseException:
        daemon.end(process, 0.0)
        raise
    daemon.go(process)
    return record


def _variables(request: DeployRequest, folder: Path) -> dict[str, str]:
    from envspec.engines.local.program import environment_variables, thread_variables

    deployment = request.deployment
    variables = environment_variables(Path(request.built.location), folder)
    variables |= thread_variables(deployment.resources.cpu)
    for name, value in {**request.environment.variables, **deployment.variables}.items():
        if isinstance(value, str):
            variables[name] = value
    variables |= serving.server_variables(deployment)
    variables |= {
        "ENVSPEC_HOST": HOST,
        "ENVSPEC_PORT": str(deployment.port),
        "ENVSPEC_WORKERS": str(max(1, deployment.replicas)),
        "ENVSPEC_GRACE": str(STOP_SECONDS - 2),
        "ENVSPEC_MODELS": str(folder / "models"),
        "ENVSPEC_SECRET_DIR": str(folder / "secrets"),
        "ENVSPEC_STAGED": "1",
        "ENVSPEC_STATE_FILE": str(folder / "state.json"),
    }
    if deployment.auth is not None:
        variables["ENVSPEC_AUTH_FILE"] = str(folder / "token")
    return variables


def _server(state: Path) -> Path:
    """The server's files, once for each content, complete or not there."""
    import hashlib

    from envspec.server.distribution import SERVER_VERSION, server_files

    files = server_files()
    digest = hashlib.sha256(b"".join(n.encode() + b"\0" + d + b"\0" for n, d in files.items())).hexdigest()
    folder = state / "server" / f"{SERVER_VERSION}-{digest[:12]}"
    if not folder.exists():
        temporary = folder.with_name(f".{folder.name}.{random_names.token_hex(4)}")
        for name, data in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        try:
            temporary.rename(folder)
        except OSError:  # another project command was faster
            shutil.rmtree(temporary)
    return folder


# --- the check, and the change


def _check(request: DeployRequest, record: Record, token: str | None, begin: int) -> str:
    """Wait for `init()`, send the sample; gives its answer. The log of this server begins at `begin`."""
    deployment = request.deployment
    deadline = time.monotonic() + deployment.health.start_period

    def living() -> bool:
        return daemon.is_alive(record.daemon)

    while living() and not (record.folder / "state.json").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    state = _state(record)
    url = f"http://{HOST}:{state['port']}" if state else ""
    outcome = serving.wait_until_ready(url, deadline, living) if url else ("late" if living() else "dead")
    code = str(request.source)
    if outcome != "ready":
        how = daemon.how_it_ended(record.daemon)
        raise serving.not_started(deployment, _log_from(request.log, begin), code, outcome, how)
    if request.sample is None:
        return ""
    headers = serving.sample_headers(deployment, token)
    timeout = deployment.limits.timeout + 5.0
    status, body = serving.send_sample(url, request.sample, headers, timeout)
    if not 200 <= status < 400:
        text = _log_from(request.log, begin)
        raise serving.sample_refused(deployment, status, body, text, code)
    return body.decode("utf-8", "replace")


def _take_over(request: DeployRequest, record: Record, older: list[Record], begin: int) -> None:
    """Steps 4 and 5. The older server closes its port as soon as it is asked to leave; we try until it has."""
    for one in older:
        daemon.ask_to_end(one.daemon)
    deadline = time.monotonic() + _MOVE_SECONDS
    state_file = record.folder / "state.json"
    while True:
        before = state_file.stat().st_ino
        daemon.tell(record.daemon, signal.SIGUSR1)
        while daemon.is_alive(record.daemon) and state_file.stat().st_ino == before:
            if time.monotonic() >= deadline:
                raise _port_failure(request, "the server did not answer in time")
            time.sleep(0.002)
        state = _state(record)
        if not state.get("staged", True):
            break
        if not daemon.is_alive(record.daemon):
            how = daemon.how_it_ended(record.daemon)
            text = _log_from(request.log, begin)
            raise serving.not_started(request.deployment, text, str(request.source), "dead", how)
        if time.monotonic() >= deadline:
            raise _port_failure(request, str(state.get("error", "")).lower())
        time.sleep(0.01)
    Record(record.folder, record.deployment, record.port, record.daemon, serving=True).write()


def _log_from(log: Path, begin: int) -> str:
    try:
        with log.open("rb") as file:
            file.seek(begin)
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _state(record: Record) -> dict[str, object]:
    """What the server says of itself: `port`, `staged`, `error`. Empty before it listens."""
    try:
        value = json.loads((record.folder / "state.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _end(record: Record, seconds: float, *, asked: bool = False) -> None:
    gone = daemon.end(record.daemon, seconds, asked=asked)
    shutil.rmtree(record.folder, ignore_errors=True)
    if not gone:
        raise Failure(
            Diagnostic(
                "E1018",
                f"process {record.daemon.pid} of a deployment does not end",
                help=f"see what it waits for: `ps -o stat,wchan -p {record.daemon.pid}`",
            )
        )
