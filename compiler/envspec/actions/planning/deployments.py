"""Deployments in a plan: kept, put in their place anew, or new, and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from envspec.actions.deploying import goes_on, refuse_taken_port, request_for, serving_of, why_deployed
from envspec.actions.loading import Loaded
from envspec.actions.planning.environments import Planner
from envspec.actions.planning.runs import made_digest
from envspec.actions.planning.step import DEPLOYMENT, NOTHING, UNKNOWN, Step
from envspec.actions.snapshot_settings import snapshot_limits
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.interface import SecretReader
from envspec.engines.secrets import secret_reader
from envspec.engines.unsupported import check_deployment
from envspec.frozen import Frozen, frozen, replace
from envspec.ir.types import Deployment, OutputOf, SecretRef
from envspec.lower.files import belongs, hashed_digest
from envspec.workspace.database import Workspace
from envspec.workspace.source_size import Limits

_READ = ("variable", "file")
"""Kinds of secrets that a plan reads: a command would be executed, and a keyring may ask its user."""


class _NotReadError(Exception):
    """A secret that a plan does not read."""


@frozen
class Models(Frozen):
    """The digest and place of each model as it is now; `coming` are those that a run before makes anew."""

    digests: Mapping[str, str]
    paths: Mapping[str, Path]
    coming: Mapping[str, Step]


def plan_deployment(planner: Planner, deployment: Deployment, runs: Mapping[str, Step]) -> Step:
    """The step of a deployment; `runs` are those of the runs, which are done before. Raises `Failure`."""
    loaded, workspace = planner.loaded, planner.workspace
    engine_name, expected = planner.needed_by(deployment, "deployments", check_deployment)
    if engine_name not in planner.away:
        try:
            refuse_taken_port(loaded, workspace, deployment, engine_name)
        except Failure as failure:
            planner.in_the_way += failure.diagnostics
    models = _models(planner, deployment, runs)
    source = loaded.root / deployment.source
    code = _code(workspace, source, snapshot_limits(loaded.root))
    request = request_for(loaded, deployment, expected.version, models.paths, source, code)
    request = replace(request, secrets=_reader(loaded))
    serving = serving_of(request, expected.version.label, models.digests)
    older = workspace.deployment(deployment.id, engine_name)
    step = Step(
        DEPLOYMENT, deployment.id, NOTHING, engine_name, again=older is not None,
        version=expected.version.label, hash=request.image_hash if expected.known else "",
    )  # fmt: skip
    if engine_name in planner.away:
        return replace(step, action=UNKNOWN, certain=False, reasons=(planner.away[engine_name].message,))
    other = older is not None and older.begun_only and goes_on(loaded.state, deployment.id)
    try:
        if other:
            why = "another `deploy` of it goes on, and comes first"
        else:
            why = why_deployed(planner.engine(engine_name), older, serving, request)
    except _NotReadError:
        why = ""
    coming = tuple(_coming(name, one) for name, one in models.coming.items())
    if not why and not coming:
        url = older.url if older is not None else ""
        certain = expected.step.certain
        return replace(step, location=url, certain=certain, waits=() if certain else expected.step.waits)
    # What the other one serves may be what this one would.
    certain = bool(why) and not other and (older is None or expected.step.certain)
    waits = [one.name for one in models.coming.values()]
    if not expected.step.certain:
        waits.append(expected.step.name)
    return replace(
        step, action="deploy", reasons=((why, *coming) if why else coming), certain=certain,
        waits=() if certain else tuple(waits),
    )  # fmt: skip


def _code(workspace: Workspace, source: Path, limits: Limits) -> str:
    """The digest that `lower.deployment.source_digest` gives of a snapshot; unchanged files are not read again."""
    return hashed_digest(
        {
            path: (digest.removeprefix("sha256:"), executable)
            for path, (digest, executable) in workspace.source_hashes(source, limits=limits).items()
            if belongs(PurePosixPath(path))
        }
    )


def _coming(name: str, earlier: Step) -> str:
    may = "will" if earlier.certain else "may"
    return f"its model `{name}` comes from run `{earlier.id}`, which {may} run first"


def _models(planner: Planner, deployment: Deployment, runs: Mapping[str, Step]) -> Models:
    loaded, workspace = planner.loaded, planner.workspace
    digests: dict[str, str] = {}
    paths: dict[str, Path] = {}
    coming: dict[str, Step] = {}
    problems: list[Diagnostic] = []
    for at, name in enumerate(deployment.models):
        pointer = f"/deployments/{deployment.id}/models/{at}"
        model = loaded.project.models.get(name)
        if model is None:
            problems.append(
                Diagnostic("E0511", f"the model `{name}` waits for a param without a value", pointer=pointer)
            )
        elif isinstance(model.origin, OutputOf):
            before = runs.get(model.origin.run)
            if before is not None and before.acts:
                coming[name] = before
            digests[name] = made_digest(loaded, workspace, model.origin)
        else:
            paths[name] = (loaded.root / model.origin.path).resolve()
            if paths[name].exists():
                digests[name] = workspace.tree_digest(paths[name])
            else:
                problems.append(
                    Diagnostic(
                        "E0821", f"the model `{name}` is not there: `{model.origin.path}`", pointer=pointer
                    )
                )
    if problems:
        raise Failure(problems)
    return Models(digests, paths, coming)


def _reader(loaded: Loaded) -> SecretReader:
    read = secret_reader(loaded.project.secrets, loaded.root)

    def only_quiet(reference: SecretRef) -> str:
        if loaded.project.secrets[reference.name].kind not in _READ:
            raise _NotReadError
        return read(reference)

    return only_quiet
