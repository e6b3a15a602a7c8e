"""Deployments: a scoring script served from its environment, with its models, called healthy by its sample."""

from __future__ import annotations

from pathlib import Path

from envspec.actions.building import build_on, engine_for
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock
from envspec.actions.running import lock_text, made_by, target_of
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.root_files import RootFiles
from envspec.engines.interface import Deployed, DeployRequest
from envspec.engines.secrets import secret_reader
from envspec.ir.canonical import canonical_json, digest
from envspec.ir.identity import definition
from envspec.ir.types import Deployment, OutputOf
from envspec.lower.deployment import project_source, source_digest
from envspec.lower.identity import deployment_layer, version_hash
from envspec.server.distribution import SERVER_VERSION
from envspec.workspace.database import Workspace


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


def deploy(loaded: Loaded, deployment: Deployment) -> Deployed:
    """Serves one deployment and remembers it. Raises `Failure` when it does not become healthy."""
    if not isinstance(deployment.environment, str):
        raise Failure(
            Diagnostic(
                "E0802",
                f"a registered environment cannot be served yet: `{deployment.environment.reference}`",
                pointer=f"/deployments/{deployment.id}/environment",
            )
        )
    environment = loaded.project.environments[deployment.environment]
    engine_name = loaded.options.engine or target_of(loaded, deployment.target)
    locked = ensure_lock(loaded, (environment.id,)).environments.get(environment.id)
    built = build_on(loaded, engine_name, [environment])[environment.id]
    with Workspace.open(loaded.root) as workspace:
        version = workspace.register_environment(
            environment.id,
            version_hash(environment, locked),
            canonical_json(definition(environment)).decode(),
            lock_text(locked),
            description=environment.description,
        )
        models = {name: _model(loaded, workspace, deployment, name) for name in deployment.models}
        digests = {name: workspace.tree_digest(path) for name, path in models.items()}
        snapshot = workspace.snapshot(loaded.root / deployment.source)
        source = loaded.state / "sources" / snapshot.digest.removeprefix("sha256:")
        if not source.exists():
            workspace.materialize(snapshot.digest, source)
        files = RootFiles(loaded.root)
        code = source_digest(project_source(files, deployment.source), files)
        preimage, image_hash = deployment_layer(deployment, built.hash, code, SERVER_VERSION)
        key = digest(
            "envspec.deployment/1", {"image": image_hash, "models": digests, "port": deployment.port}
        )
        log = loaded.state / "logs" / f"deployment-{deployment.id}.log"
        request = DeployRequest(
            id=deployment.id,
            root=loaded.root,
            state=loaded.state,
            deployment=deployment,
            environment=environment,
            locked=locked,
            built=built,
            source=source,
            models=models,
            image_hash=image_hash,
            preimage=preimage,
            sample=(loaded.root / deployment.sample).read_bytes() if deployment.sample else None,
            log=log,
            secrets=secret_reader(loaded.project.secrets, loaded.root),
            say=loaded.options.say,
        )
        deployed = engine_for(loaded, engine_name).deploy(request)
        workspace.record_deployment(
            deployment.id,
            engine=engine_name,
            handle=deployed.handle,
            url=deployed.url,
            definition=preimage.decode(),
            key=key,
            image_hash=request.image_hash,
            environment=environment.id,
            environment_number=version,
            models=digests,
            log=log.relative_to(loaded.state).as_posix(),
        )
    return deployed


def _model(loaded: Loaded, workspace: Workspace, deployment: Deployment, name: str) -> Path:
    """The file or folder of a model, as it is now."""
    pointer = f"/deployments/{deployment.id}/models/{deployment.models.index(name)}"
    model = loaded.project.models.get(name)
    if model is None:
        raise Failure(
            Diagnostic("E0511", f"the model `{name}` waits for a param without a value", pointer=pointer)
        )
    if isinstance(model.origin, OutputOf):
        path = made_by(loaded, workspace, model.origin)
        if path is None:
            raise Failure(
                Diagnostic(
                    "E0821",
                    f"run `{model.origin.run}` has not made the model `{name}` yet",
                    pointer=pointer,
                    help=f"run it first: `envspec run {model.origin.run}`",
                )
            )
        return path
    path = (loaded.root / model.origin.path).resolve()
    if not path.exists():
        raise Failure(
            Diagnostic("E0821", f"the model `{name}` is not there: `{model.origin.path}`", pointer=pointer)
        )
    return path
