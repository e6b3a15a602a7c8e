"""Deployments: a scoring script served from its environment, with its models, called healthy by its sample."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from envspec.actions.building import Version, build, engine_at, usable_engine
from envspec.actions.loading import Loaded
from envspec.actions.needed import target_of
from envspec.actions.replacing import Serving, what_moved, why_not_serving
from envspec.actions.results import models_of
from envspec.actions.snapshot_settings import snapshot_limits
from envspec.actions.waiting import missing_below, missing_of, needs_param, skipped_line
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker import secret_files
from envspec.engines.docker.root_files import RootFiles
from envspec.engines.file_lock import exclusive
from envspec.engines.in_use import is_used
from envspec.engines.interface import Built, Deployed, DeployRequest, Engine, Say
from envspec.engines.secrets import secret_reader
from envspec.engines.serving import is_ready
from envspec.engines.unsupported import check_deployment
from envspec.frozen import asdict, replace
from envspec.ir.identity import variables_definition
from envspec.ir.types import Deployment, Environment
from envspec.lower.identity import deployment_layer
from envspec.lower.source import project_source, source_digest
from envspec.server.distribution import SERVER_VERSION
from envspec.workspace.arriving import not_writable
from envspec.workspace.database import Workspace
from envspec.workspace.deployments import DeploymentRecord
from envspec.workspace.holding import WAITING, gathering


def chosen_deployments(loaded: Loaded, names: list[str]) -> list[Deployment]:
    """The deployments of these names; all that the file defines when no name is given."""
    found = loaded.project.deployments
    for name in names:
        missing = missing_of(loaded, f"/deployments/{name}")
        missing = missing or (missing_below(loaded, found[name]) if name in found else [])
        if missing:
            raise Failure(needs_param(one, f"deployment `{name}`") for one in missing)
        if name not in found:
            from envspec.resolve.suggest import did_you_mean, known

            raise Failure(
                Diagnostic(
                    "E1204",
                    f"there is no deployment `{name}` in `{loaded.file}`",
                    help=did_you_mean(name, found) or known(found, "it defines none"),
                )
            )
    if names:
        return [found[name] for name in names]
    for one in found.values():
        for waiting in missing_below(loaded, one)[:1]:
            loaded.options.say(skipped_line(one.id, waiting))
    return [one for one in found.values() if not missing_below(loaded, one)]


def prepare(loaded: Loaded, deployment: Deployment) -> Built:
    """What the deployment would serve from, built or reused, without a model and without serving anything."""
    engine, engine_name, pointer = _engine_of(loaded, deployment)
    environment = _environment_of(loaded, deployment)
    version = build(loaded, [environment], engine_name, pointer)[environment.id]
    with Workspace.open(loaded.root) as workspace, gathering(loaded.state):
        _, source, code = _code_of(loaded, workspace, deployment)
        return engine.prepare(request_for(loaded, deployment, version, {}, source, code))


def _engine_of(loaded: Loaded, deployment: Deployment) -> tuple[Engine, str, str]:
    """Where the deployment is to be, its name, and the place that asked for it."""
    engine_name = loaded.options.engine or target_of(loaded, deployment.target)
    check_deployment(engine_name, deployment)
    pointer = "" if loaded.options.engine else f"/deployments/{deployment.id}/target"
    return usable_engine(loaded, engine_name, pointer), engine_name, pointer


def _environment_of(loaded: Loaded, deployment: Deployment) -> Environment:
    assert isinstance(deployment.environment, str), "registered environments are replaced before this"
    return loaded.project.environments[deployment.environment]


def deploy(loaded: Loaded, deployment: Deployment, *, again: bool = False) -> Deployed:
    """Serves one deployment and remembers it; one that serves as it is now is left alone, unless `again`.

    Raises `Failure` when it does not become healthy; then what served before still does.
    """
    environment = _environment_of(loaded, deployment)
    engine, engine_name, pointer = _engine_of(loaded, deployment)
    with ExitStack() as held:
        workspace = held.enter_context(Workspace.open(loaded.root))
        refuse_taken_port(loaded, workspace, deployment, engine_name)
        # All that is missing is told before anything is built; what is there may be pruned meanwhile.
        models_of(loaded, workspace, f"/deployments/{deployment.id}/models", deployment.models)
        version = build(loaded, [environment], engine_name, pointer)[environment.id]
        held.enter_context(_alone(loaded, deployment.id))
        refuse_taken_port(loaded, workspace, deployment, engine_name)
        held.enter_context(gathering(loaded.state, waiting=lambda: loaded.options.say(WAITING)))
        models = models_of(loaded, workspace, f"/deployments/{deployment.id}/models", deployment.models)
        snapshot, source, code = _code_of(loaded, workspace, deployment)
        request = request_for(loaded, deployment, version, models, source, code)
        digests = {name: workspace.tree_digest(path) for name, path in models.items()}
        serving = serving_of(request, version.label, digests)
        older = workspace.deployment(deployment.id, engine_name)
        why = "asked for anew" if again else why_deployed(engine, older, serving, request)
        if older is not None and not why:
            return Deployed(engine_name, older.handle, older.url, reused=True)
        loaded.options.say(f"deployment {deployment.id}: {why}")
        record = {
            "engine": engine_name,
            "definition": serving.text_with(snapshot),
            "image_hash": request.image_hash,
            "environment": version.name,
            "environment_number": version.number,
            "models": digests,
            "log": request.log.relative_to(loaded.state).as_posix(),
        }
        return _recorded(workspace, engine, request, record, serving.key)


@contextmanager
def _alone(loaded: Loaded, name: str) -> Iterator[None]:
    """No other process of this machine deploys this one meanwhile: what it has begun either serves then, or was left
    behind. Raises `Failure` E1101 where the workspace cannot be written."""

    def waiting() -> None:
        loaded.options.say(f"deployment {name}: waiting for another `deploy` of it to end")

    lock = _lock(loaded.state, "deploy", name)
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(lock, waiting=waiting))
        except OSError as error:
            raise Failure(not_writable(lock, error)) from error
        yield


def goes_on(state: Path, name: str) -> bool:
    """Whether a process of this machine deploys it now, from when its environment is built."""
    return is_used(_lock(state, "deploy", name))


@contextmanager
def _stopping(state: Path, name: str) -> Iterator[None]:
    """Held while a deployment is stopped, and to be waited for by whoever wants to know whether it was: it ends before
    that is recorded. Where the lock cannot be written, as on a full disk, it is stopped all the same."""
    with ExitStack() as held:
        with suppress(OSError):
            held.enter_context(exclusive(_lock(state, "stop", name)))
        yield


def _lock(state: Path, what: str, name: str) -> Path:
    return state / "locks" / f"{what}-{hashlib.sha256(name.encode()).hexdigest()[:16]}.lock"


def _recorded(
    workspace: Workspace, engine: Engine, request: DeployRequest, record: dict[str, Any], key: str
) -> Deployed:
    """Serves it, known to the workspace from before it could outlive us. Raises `Failure` E1019 when it is stopped
    meanwhile; then nothing of it is left."""
    begun: dict[int, str] = {}
    stopped = False

    def begins(handle: str, url: str) -> None:
        begun[workspace.begin_deployment(request.id, handle=handle, url=url, **record)] = handle

    try:
        deployed = engine.deploy(replace(request, begins=begins))
        if not begun:  # an engine of another package
            begins(deployed.handle, deployed.url)
        last = max(begun)
        if not workspace.finish_deployment(
            last, handle=deployed.handle, url=deployed.url, key=key, trials=begun
        ):
            raise _stopped_meanwhile(request.id)
        del begun[last]
        return deployed
    except (Failure, OSError) as error:  # whoever stops it takes its files away as well
        with suppress(Failure), _stopping(workspace.state, request.id):
            stopped = workspace.stopped_among(begun)
        if stopped:
            raise _stopped_meanwhile(request.id) from error
        raise
    finally:
        for number, handle in begun.items():
            if stopped or not engine.alive(handle):
                with suppress(Failure):  # an engine that does not answer may have it still
                    engine.stop(handle)
                    workspace.forget_deployment(number)


def _stopped_meanwhile(name: str) -> Failure:
    return Failure(
        Diagnostic(
            "E1019",
            f"deployment `{name}` was stopped while it was deployed",
            pointer=f"/deployments/{name}",
            help="deploy it again when that was not meant",
        )
    )


def stop(workspace: Workspace, record: DeploymentRecord, say: Say) -> None:
    """Ends what serves under this name on this engine, and what a `deploy` that was killed left of it; requests in flight
    are finished. All of it has ended before the first is recorded: for that there may be no room."""
    engine = engine_at(workspace.root, record.engine)
    with _stopping(workspace.state, record.name):
        found = [
            one for one in workspace.deployments() if (one.name, one.engine) == (record.name, record.engine)
        ]
        ended, failed = [], []
        for one in found:
            try:
                note = engine.stop(one.handle)
            except Failure as failure:
                failed.append(failure)
                continue
            ended.append(one)
            if note:
                say(note)
        if failed and not ended:
            raise failed[0]
        if record.engine == "docker" and not failed and not goes_on(workspace.state, record.name):
            # Killed before there was a container that could be asked for its own.
            secret_files.remove_others(workspace.state, record.name, Path())
        try:
            with ExitStack() as held:
                # One that could only be looked at, on a full disk, may have room now; if not, it says why.
                records = (
                    workspace if workspace.writable else held.enter_context(Workspace.open(workspace.root))
                )
                for one in ended:
                    records.stop_deployment(one.number)
        except Failure:
            say(f"{record.name} has ended, but that cannot be recorded: stop it again when it can")
            raise
        if failed:
            raise failed[0]


def refuse_taken_port(loaded: Loaded, workspace: Workspace, deployment: Deployment, engine: str) -> None:
    """Another deployment of this workspace, or this one on another engine, is known before anything is built."""
    for other in workspace.deployments():
        if (other.name, other.engine) == (deployment.id, engine):
            continue
        if urlsplit(other.url).port == deployment.port and engine_at(loaded.root, other.engine).alive(
            other.handle
        ):
            raise Failure(
                Diagnostic(
                    "E1013",
                    f"port {deployment.port} of deployment `{deployment.id}` cannot be used: "
                    f"`{other.name}` on the engine `{other.engine}` has it",
                    pointer=f"/deployments/{deployment.id}/port",
                    help=f"stop it with `envspec deployments stop {other.name}`, or choose another `port`",
                )
            )


def why_deployed(
    engine: Engine, older: DeploymentRecord | None, serving: Serving, request: DeployRequest
) -> str:
    """Why the deployment has to be put in its place; empty when what serves is right, also with the values that
    the secrets have now, which are in no hash."""
    if older is None:
        return "it does not serve yet"
    moved = what_moved(older, serving)
    if moved:
        return ", ".join(moved)
    return why_not_serving(
        older,
        lambda: engine.alive(older.handle),
        lambda: is_ready(older.url),
        lambda: engine.same_secrets(older.handle, request),
    )


def _code_of(loaded: Loaded, workspace: Workspace, deployment: Deployment) -> tuple[str, Path, str]:
    """A snapshot of the deployment's source: its digest in the store, the folder made of it, and the digest of what of
    it is served."""
    snapshot = workspace.snapshot(loaded.root / deployment.source, limits=snapshot_limits(loaded.root))
    source = loaded.state / "sources" / snapshot.digest.removeprefix("sha256:")
    if not source.exists():
        workspace.materialize(snapshot.digest, source)
    files = RootFiles(source)
    return snapshot.digest, source, source_digest(project_source(files, "."), files)


def request_for(
    loaded: Loaded,
    deployment: Deployment,
    version: Version,
    models: Mapping[str, Path],
    source: Path,
    code: str,
) -> DeployRequest:
    """What an engine is asked; `code` is the digest of the tree at `source`."""
    preimage, image_hash = deployment_layer(deployment, version.built.hash, code, SERVER_VERSION)
    return DeployRequest(
        id=deployment.id,
        root=loaded.root,
        state=loaded.state,
        deployment=deployment,
        environment=version.environment,
        locked=version.locked,
        built=version.built,
        source=source,
        models=models,
        image_hash=image_hash,
        preimage=preimage,
        sample=(loaded.root / deployment.sample).read_bytes() if deployment.sample else None,
        log=loaded.state / "logs" / f"deployment-{deployment.id}.log",
        secrets=secret_reader(loaded.project.secrets, loaded.root),
        say=loaded.options.say,
    )


def serving_of(request: DeployRequest, environment: str, models: Mapping[str, str]) -> Serving:
    """All that decides what serves and how. `environment` is the label of its version, `models` are digests.
    Secrets are there by name only."""
    settings = asdict(request.deployment)
    for name in ("id", "name", "description", "tags", "target", "environment", "models"):
        del settings[name]
    value = {
        "image": request.image_hash,
        "models": dict(models),
        "variables": variables_definition(request.environment.variables),
        "shm_size": request.environment.docker.shm_size,
        "sample": "" if request.sample is None else hashlib.sha256(request.sample).hexdigest(),
        "settings": settings,
    }
    return Serving(json.loads(request.preimage)["value"], value, environment)
