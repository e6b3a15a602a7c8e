"""One run in a container, from request to result.

What comes in is a `RunRequest`; what goes out is the program's status. What always holds: the command is an
argument vector that no shell sees (a `shell` script travels as a file); files the program writes belong to the
caller; the output is in the log, masked, when this returns; the container is gone then, whatever
happened. The engine itself keeps no log of it (driver `none`), because it would keep secrets unmasked.

In the container: `/envspec/work` is the run's folder and the working directory, an input is
`/envspec/inputs/NAME/FILE` (its own file name, because readers look at suffixes) and cannot be written.
"""

from __future__ import annotations

import codecs
import io
import re
import tarfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envspec.atomic_file import write_atomically
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.container_settings import bind, limits, user_of_host
from envspec.engines.docker.output import one_text
from envspec.engines.docker.start_failure import cannot_start, no_program
from envspec.engines.in_run import METRICS, METRICS_FILE, module_files, with_module
from envspec.engines.in_run import WORK as WORK_VARIABLE
from envspec.engines.in_run.logging_place import brought, place_of
from envspec.engines.interface import RunRequest, RunResult
from envspec.engines.interrupting import held, hurried
from envspec.engines.local.program import filled, thread_variables, variable_part
from envspec.engines.tracking import URI, remember, tracking_of
from envspec.held_folder import held_folder
from envspec.ir.types import Run, SecretRef, Text
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import docker

RUN_LABEL = "dev.envspec.run"
WORK = "/envspec/work"
INPUTS = "/envspec/inputs"
HANDLE = "container"
"""In the run's folder: the id of its container."""
_METRICS = f"/envspec/{METRICS_FILE}"
_API = "envspec/api"
_SCRIPT = "envspec/script.sh"
_ON_ONE_PIPE = ("/bin/sh", "-c", 'exec /bin/sh "$0" 2>&1')
"""What a script says of a command stands after what that command printed. A program gets two pipes: an image may have no
shell, and a shell drops variables whose names it does not know."""
_GRACE_SECONDS = 10
_SHORTEST_MEASURED = 2.0
_END_CHARACTERS = 4096
_REFUSED = lazy_pattern(r"\A\[FATAL tini \(\d+\)\] exec (.*) failed: (.*)\n\Z", re.DOTALL)
"""What the container's init process (tini) prints when it cannot execute the command."""
_PLAIN_NAME = lazy_pattern(r"[A-Za-z0-9_+][A-Za-z0-9._+-]*")


@dataclass(frozen=True, slots=True)
class _Program:
    argv: tuple[str, ...]
    variables: Mapping[str, str]
    secret_values: tuple[str, ...]


def run_in_container(connection: Connection, request: RunRequest) -> RunResult:
    """Run the program of the request to its end. Raises Failure with codes of E08 and E09."""
    if not connection.local:
        raise Failure(
            Diagnostic(
                code="E0915",
                message=f"the engine at `{connection.host}` does not see the files of this machine",
                help="run with an engine on this machine, or with `--target local`",
                pointer=f"/runs/{request.run.id}",
            )
        )
    inputs = {name: _input_path(name, path) for name, path in request.inputs.items()}
    outputs = {name: Path(WORK) / path.relative_to(request.work) for name, path in request.outputs.items()}
    for path in request.outputs.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    folder = request.log.parent
    folder.mkdir(parents=True, exist_ok=True)
    program = _program(request, inputs, outputs)
    client, values = connection.client, program.secret_values
    with held_folder("envspec-run-") as (private, _):
        metrics = place_of(folder, private, values)
        metrics.touch()  # what is not there would be mounted as a folder
        with (
            brought(metrics, folder, values),
            _container(connection, request, program, inputs, metrics) as container,
        ):
            return _follow(connection, client, container, request, program)


def _input_path(name: str, path: Path) -> Path:
    return Path(INPUTS) / name / path.name if _PLAIN_NAME.fullmatch(path.name) else Path(INPUTS) / name


def _program(request: RunRequest, inputs: Mapping[str, Path], outputs: Mapping[str, Path]) -> _Program:
    run = request.run
    values: list[str] = []

    def text(value: Text | SecretRef) -> str:
        if isinstance(value, SecretRef):
            values.append(request.secrets(value))
            return values[-1]
        return filled(value, inputs, outputs)

    # The user's number has no name in the image, and `getpass.getuser` wants one.
    variables = {"PYTHONUNBUFFERED": "1", "USER": "envspec", "LOGNAME": "envspec"}
    variables |= thread_variables(run.resources.cpu)
    variables |= {name: text(value) for name, value in request.environment.variables.items()}
    variables |= {name: text(value) for name, value in run.variables.items()}
    variables |= {f"ENVSPEC_INPUT_{variable_part(name)}": str(path) for name, path in inputs.items()}
    variables |= {f"ENVSPEC_OUTPUT_{variable_part(name)}": str(path) for name, path in outputs.items()}
    tracking = tracking_of(variables, values, container=True)
    variables |= tracking.variables
    values += tracking.secret_values
    if tracking.note:
        request.say(f"{request.id}: {tracking.note}")
    remember(request.log.parent, tracking)
    variables["ENVSPEC_RUN_ID"] = request.id
    variables[WORK_VARIABLE] = WORK
    variables[METRICS] = _METRICS
    with_module(variables, f"/{_API}")
    argv = (*_ON_ONE_PIPE, f"/{_SCRIPT}") if run.shell else tuple(text(part) for part in run.command)
    return _Program(argv, variables, tuple(values))


@contextmanager
def _container(
    connection: Connection, request: RunRequest, program: _Program, inputs: Mapping[str, Path], metrics: Path
) -> Iterator[str]:
    """A created container, removed at the end with whatever still runs in it."""
    import docker.errors
    from docker.types import LogConfig

    client = connection.client
    run = request.run
    mounts = [bind(request.work, WORK, read_only=False)]
    mounts += [bind(request.inputs[name], str(path), read_only=True) for name, path in inputs.items()]
    mounts.append(bind(metrics, _METRICS, read_only=False))
    identifier = ""
    try:
        try:
            identifier = client.api.create_container(
                request.built.location,
                entrypoint=list(program.argv),  # a list that is not empty: the image's own never counts
                command=[],
                environment=[f"{name}={value}" for name, value in program.variables.items()],
                working_dir=WORK,
                user=user_of_host(client),
                labels={RUN_LABEL: request.id},
                host_config=client.api.create_host_config(
                    mounts=mounts,
                    init=True,
                    log_config=LogConfig(type="none"),
                    security_opt=["no-new-privileges"],
                    **limits(run.resources, request.environment.docker.shm_size),
                ),
            )["Id"]
            client.api.put_archive(identifier, "/", _archive(_files(run, program)))
            write_atomically(request.log.parent / HANDLE, identifier.encode(), durable=False)
        except docker.errors.DockerException as error:
            raise _cannot_start(connection, error, request) from error
        yield identifier
    except KeyboardInterrupt:
        with suppress(Exception), hurried(partial(_kill, client, identifier)):
            client.api.stop(identifier, timeout=_GRACE_SECONDS)
        raise
    finally:
        if identifier:
            with held(), suppress(Exception):  # an engine that is gone has its own message
                client.api.remove_container(identifier, force=True, v=True)


def _kill(client: docker.DockerClient, container: str) -> None:
    """Ends it at once, without waiting for the engine: this is called by a signal."""

    def kill() -> None:
        with suppress(Exception):
            client.api.kill(container)

    threading.Thread(target=kill, daemon=True).start()


def _follow(
    connection: Connection,
    client: docker.DockerClient,
    container: str,
    request: RunRequest,
    program: _Program,
) -> RunResult:
    import docker.errors
    import requests

    timed_out = threading.Event()
    timer = threading.Timer(
        min(request.run.timeout or 0, threading.TIMEOUT_MAX),
        _stop_late,
        args=(client, container, timed_out, request),
    )
    usage = _Usage(client, container)
    started = time.monotonic()
    try:
        output = client.api.attach(container, stdout=True, stderr=True, stream=True, logs=False, demux=True)
        try:
            client.api.start(container)
        except docker.errors.APIError as error:
            raise _cannot_start(connection, error, request) from error
        started = time.monotonic()
        usage.start()
        if request.run.timeout is not None:
            timer.start()
        with closing(one_text(output, program.secret_values)) as text:
            end = _copy(text, request)
        status = int(client.api.wait(container)["StatusCode"])
        refused = _REFUSED.search(end) if status in (126, 127) else None
        if refused is not None:
            raise no_program(refused[1], refused[2], f"/runs/{request.run.id}")
        seconds = time.monotonic() - started
        state = client.api.inspect_container(container)["State"]
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise _broken(connection, error, request) from error
    finally:
        timer.cancel()
    note = _out_of_memory(request) if state.get("OOMKilled") else ""
    if note:
        request.say(note)
    return RunResult(status, timed_out.is_set(), seconds, usage.last(seconds), note)


def _copy(output: Iterable[bytes], request: RunRequest) -> str:
    """Everything the program prints, as it comes, to the log and to whoever watches; gives its end."""
    end = ""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    request.log.parent.mkdir(parents=True, exist_ok=True)
    with request.log.open("ab", buffering=0) as log:
        for piece in chain(output, (b"",)):
            view = memoryview(piece)
            while view:
                view = view[log.write(view) :]
            if text := decoder.decode(piece, final=not piece):
                request.output(text)
                end = (end + text)[-_END_CHARACTERS:]
    return end


def _stop_late(
    client: docker.DockerClient, container: str, timed_out: threading.Event, request: RunRequest
) -> None:
    timed_out.set()
    request.say(f"run `{request.run.id}` is over its time: stopping it")
    with suppress(Exception):  # it may have ended by itself; what counts is its status
        client.api.stop(container, timeout=_GRACE_SECONDS)


class _Usage:
    """What the engine measures each second while the container runs; nothing for a shorter run."""

    def __init__(self, client: docker.DockerClient, container: str) -> None:
        self._client = client
        self._container = container
        self._cpu_seconds = 0.0
        self._memory_bytes = 0.0

    def start(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def last(self, seconds: float) -> dict[str, float]:
        if not self._cpu_seconds or seconds < _SHORTEST_MEASURED:
            return {}
        return {"cpu_seconds": round(self._cpu_seconds, 3), "memory_bytes": self._memory_bytes}

    def _watch(self) -> None:
        with suppress(Exception):  # a measurement that fails is no reason to fail the run
            for sample in self._client.api.stats(self._container, decode=True, stream=True):
                self._take(sample)

    def _take(self, sample: Mapping[str, Any]) -> None:
        cpu = sample.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage") or 0
        memory = sample.get("memory_stats", {})
        cached = memory.get("stats", {}).get("inactive_file") or 0
        self._cpu_seconds = max(self._cpu_seconds, cpu / 1e9)
        self._memory_bytes = max(self._memory_bytes, float((memory.get("usage") or 0) - cached))


def cancel(connection: Connection, folder: Path) -> bool:
    """Stops the container of the run whose folder it is; false when it does not run."""
    import docker.errors

    try:
        identifier = (folder / HANDLE).read_text()
        if not identifier:
            return False
        running = connection.client.api.inspect_container(identifier)["State"]["Running"]
        if running:
            connection.client.api.stop(identifier, timeout=_GRACE_SECONDS)
    except (OSError, docker.errors.NotFound):
        return False
    return bool(running)


def _files(run: Run, program: _Program) -> dict[str, str]:
    """What the container gets besides its image and mounts, by path below `/`."""
    modules = module_files(plugin=bool(program.variables.get(URI)))
    found = {f"{_API}/{name}": text for name, text in modules.items()}
    return found | ({_SCRIPT: run.shell} if run.shell else {})


def _archive(files: Mapping[str, str]) -> bytes:
    """Files below `/`, with the folders that they need."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for path, text in files.items():
            content = (text if text.endswith("\n") else text + "\n").encode("utf-8")
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o444
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def _out_of_memory(request: RunRequest) -> str:
    memory = request.run.resources.memory
    limit = f"the {memory / 2**20:g} MiB of `resources.memory`" if memory else "the memory of the machine"
    return f"run `{request.run.id}` was killed because it used more than {limit}"


def _cannot_start(connection: Connection, error: Exception, request: RunRequest) -> Failure:
    return cannot_start(connection, error, f"run `{request.run.id}`", f"/runs/{request.run.id}")


def _broken(connection: Connection, error: Exception, request: RunRequest) -> Failure:
    """The connection broke while the program ran."""
    lost = connection.lost(f"run `{request.run.id}` was running")
    return Failure(lost) if lost is not None else _cannot_start(connection, error, request)
