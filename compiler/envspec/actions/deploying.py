"""Deployments: a scoring script served from its environment, with its models, called healthy by its sample."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from envspec.actions.building import Version, build, engine_at, usable_engine
from envspec.actions.loading import Loaded
from envspec.actions.results import models_of
from envspec.actions.running import target_of
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.root_files import RootFiles
from envspec.engines.interface import Deployed, DeployRequest, Engine
from envspec.engines.secrets import secret_reader
from envspec.engines.serving import is_ready
from envspec.engines.unsupported import check_deployment
from envspec.ir.canonical import digest
from envspec.ir.identity import variables_definition
from envspec.ir.types import Deployment
from envspec.lower.deployment import project_source, source_digest
from envspec.lower.identity import deployment_layer
from envspec.server.distribution import SERVER_VERSION
from envspec.workspace.database import Workspace
from envspec.workspace.deployments import DeploymentRecord


def chosen_deployments(loaded: Loaded, names: list[str]) -> list[Deployment]:
    """The deployments of these names; all that the file defines when no name is given."""
    found = loaded.project.deployments
    for name in names:
        if name not in found:
            from envspec.resolve.suggest import did_you_mean, known

            raise Failure(
                Diagnostic(
                    "E1204",
                    f"there is no deployment `{name}` in `{loaded.file}`",
                    help=did_you_mean(name, found) or known(found, "it defines none"),
                )
            )
    return [found[name] for name in names or found]


def deploy(loaded: Loaded, deployment: Deployment, *, again: bool = False) -> Deployed:
    """Serves one deployment and remembers it; one that serves as it is now is left alone, unless `again`.

    Raises `Failure` when it does not become healthy; then what served before still does.
    """
    assert isinstance(deployment.environment, str), "registered environments are replaced before this"
    engine_name = loaded.options.engine or target_of(loaded, deployment.target)
    check_deployment(engine_name, deployment)
    pointer = "" if loaded.options.engine else f"/deployments/{deployment.id}/target"
    engine = usable_engine(loaded, engine_name, pointer)
    with Workspace.open(loaded.root) as workspace:
        _refuse_taken_port(loaded, workspace, deployment, engine_name)
        models = models_of(loaded, workspace, f"/deployments/{deployment.id}/models", deployment.models)
        environment = loaded.project.environments[deployment.environment]
        version = build(loaded, [environment], engine_name, pointer)[environment.id]
        request = _request(loaded, workspace, deployment, version, models)
        digests = {name: workspace.tree_digest(path) for name, path in models.items()}
        key = _key(request, digests)
        older = workspace.deployment(deployment.id, engine_name)
        if older is not None and not again and older.key == key and _still_serves(engine, older, request):
            return Deployed(engine_name, older.handle, older.url, reused=True)
        deployed = engine.deploy(request)
        workspace.record_deployment(
            deployment.id,
            engine=deployed.engine,
            handle=deployed.handle,
            url=deployed.url,
            definition=request.preimage.decode(),
            key=key,
            image_hash=request.image_hash,
            environment=environment.id,
            environment_number=version.number,
            models=digests,
            log=request.log.relative_to(loaded.state).as_posix(),
        )
    return deployed


def _refuse_taken_port(loaded: Loaded, workspace: Workspace, deployment: Deployment, engine: str) -> None:
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


def _still_serves(engine: Engine, older: DeploymentRecord, request: DeployRequest) -> bool:
    """Also with the values that the secrets have now, which are in no hash."""
    return engine.alive(older.handle) and is_ready(older.url) and engine.same_secrets(older.handle, request)


def _request(
    loaded: Loaded,
    workspace: Workspace,
    deployment: Deployment,
    version: Version,
    models: dict[str, Path],
) -> DeployRequest:
    snapshot = workspace.snapshot(loaded.root / deployment.source)
    source = loaded.state / "sources" / snapshot.digest.removeprefix("sha256:")
    if not source.exists():
        workspace.materialize(snapshot.digest, source)
    files = RootFiles(source)
    code = source_digest(project_source(files, "."), files)
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


def _key(request: DeployRequest, models: dict[str, str]) -> str:
    """The hash of all that decides what serves and how. Secrets are there by name only."""
    settings = asdict(request.deployment)
    for name in ("id", "name", "description", "tags", "target", "environment", "models"):
        del settings[name]
    return digest(
        "envspec.deployment.serving/1",
        {
            "image": request.image_hash,
            "models": models,
            "variables": variables_definition(request.environment.variables),
            "shm_size": request.environment.docker.shm_size,
            "sample": "" if request.sample is None else hashlib.sha256(request.sample).hexdigest(),
            "settings": settings,
        },
    )
