"""Where a model comes from, what a run made and what a deployment serves, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envspec.actions.model_lineage import MadeIn, ModelLineage
    from envspec.actions.run_environment import BuiltFor
    from envspec.workspace.database import Workspace
    from envspec.workspace.deployments import DeploymentRecord
    from envspec.workspace.models import ModelVersion
    from envspec.workspace.runs import RunRecord

_WIDTH = 12


def model_lines(model: ModelVersion, found: ModelLineage) -> Iterator[str]:
    """From its data to the deployments that served it and do not any more."""
    if found.run is not None:
        yield from _run_lines(model, found.run)
    elif found.run_gone:
        yield _line("made by", f"run {model.run}, output {model.output}: {found.run_gone}")
    for one in found.deployments:
        if one.stopped is None:
            yield _line("deployment", f"{one.name} on {one.engine} since {one.started}, {one.url}")
        else:
            yield _line("deployment", f"{one.name} on {one.engine} from {one.started} to {one.stopped}")


def _run_lines(model: ModelVersion, run: MadeIn) -> Iterator[str]:
    yield _line("made by", f"run {run.id}, output {model.output}: {run.outcome}, {run.started}")
    digest = run.environment_digest or "not registered any more"
    yield _line("environment", f"{run.environment}  {digest}")
    if not run.snapshot:
        yield _line("source", "not kept (`snapshot = false`)")
    else:
        yield _line("source", run.snapshot + ("" if run.snapshot_kept else "  (not in the store any more)"))
    if run.git:
        dirty = ", with changes" if run.git.get("dirty") else ""
        yield _line("commit", f"{run.git.get('commit')} on {run.git.get('branch') or 'no branch'}{dirty}")
    for one in run.inputs:
        maker = f"  (made by run {one.made_by})" if one.made_by else ""
        yield _line("input", f"{one.name}: {one.path}  {one.digest}{maker}")


def _line(key: str, value: str) -> str:
    return f"{key:{_WIDTH}} {value}"


def run_models(workspace: Workspace, record: RunRecord) -> list[dict[str, Any]]:
    """The versions made of a run, each with what serves it, as JSON has them."""
    from envspec.actions.model_lineage import models_of_run

    live = workspace.deployments()
    return [
        {
            "name": model.name,
            "number": model.number,
            "digest": model.digest,
            "run": model.run,
            "output": model.output,
            "deployments": [one.name for one in live if one.models.get(model.name) == model.digest],
        }
        for model in models_of_run(workspace, record)
    ]


def run_model_lines(models: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in models:
        served = f", serves in {', '.join(one['deployments'])}" if one["deployments"] else ""
        yield "model", f"{one['name']}:{one['number']}{served}"


def built_lines(built: Iterable[BuiltFor]) -> Iterator[tuple[str, str]]:
    for one in built:
        yield "built", f"{one.engine}: {one.location or f'{one.hash} ({one.gone})'}"


def deployment_models(workspace: Workspace, record: DeploymentRecord) -> list[dict[str, Any]]:
    """What a deployment serves, with the version and the run that made it, as JSON has them."""
    from envspec.actions.model_lineage import models_of_deployment

    return [
        {
            "name": name,
            "digest": digest,
            "number": model.number if model is not None else None,
            "run": model.run if model is not None else "",
        }
        for name, digest, model in models_of_deployment(workspace, record)
    ]


def deployment_model_text(one: dict[str, Any]) -> str:
    if one["number"] is None:
        return f"{one['name']} ({one['digest'][7:19]}, a file of the project)"
    return f"{one['name']}:{one['number']}"
