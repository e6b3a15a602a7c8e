"""The lineage of one model, both ways: the data, source and environment of the run that made it, and what serves it; and
from a run or a deployment to its models.

What is gone is said, and how: a run may have been pruned or deleted, content may be in the store no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace
from envspec.workspace.deployments import DeploymentRecord
from envspec.workspace.models import ModelVersion
from envspec.workspace.runs import RunRecord


@frozen
class Taken(Frozen):
    """An input of a run: where it was, what it was, and the run that made it, empty for data from elsewhere. `kept` says
    whether the store has it."""

    name: str
    path: str
    digest: str
    made_by: str
    kept: bool


@frozen
class MadeIn(Frozen):
    """The run that made a model. `environment` is `NAME:NUMBER`, `environment_digest` empty when that version is not
    registered any more; `snapshot` is its source in the store, empty when it was not kept."""

    id: str
    outcome: str
    started: str
    environment: str
    environment_digest: str
    snapshot: str
    snapshot_kept: bool
    git: Mapping[str, object]
    inputs: tuple[Taken, ...]


@frozen
class ServedBy(Frozen):
    """`stopped` is None for one that is meant to serve."""

    name: str
    engine: str
    url: str
    started: str
    stopped: str | None


@frozen
class ModelLineage(Frozen):
    """`run` is None for a model that no run made, and for one whose run is gone: then `run_gone` says how."""

    run: MadeIn | None
    run_gone: str
    deployments: tuple[ServedBy, ...]


def lineage_of(workspace: Workspace, model: ModelVersion) -> ModelLineage:
    record = workspace.run(model.run) if model.run else None
    gone = ""
    if model.run and record is None:
        tombstone = workspace.pruned_run(model.run)
        gone = f"pruned on {tombstone.day}" if tombstone is not None else "not remembered any more"
    serving = [
        ServedBy(one.name, one.engine, one.url, one.started, one.stopped)
        for one in workspace.deployments(stopped=True)
        if one.models.get(model.name) == model.digest
    ]
    return ModelLineage(None if record is None else _made_in(workspace, record), gone, tuple(serving))


def _made_in(workspace: Workspace, record: RunRecord) -> MadeIn:
    version = (
        workspace.environment(record.environment, record.environment_number)
        if record.environment_number is not None
        else None
    )
    return MadeIn(
        record.id, record.outcome, record.started, f"{record.environment}:{record.environment_number}",
        version.version_hash if version is not None else "",
        record.snapshot, bool(record.snapshot) and record.snapshot in workspace.store, record.git,
        tuple(_taken(workspace, record)),
    )  # fmt: skip


def _taken(workspace: Workspace, record: RunRecord) -> list[Taken]:
    found = []
    for name, entry in record.inputs.items():
        if not isinstance(entry, Mapping):
            continue
        digest = str(entry.get("digest", ""))
        maker = workspace.maker_of(digest, record.number)
        found.append(Taken(name, str(entry.get("path", "")), digest, maker, digest in workspace.store))
    return found


def models_of_run(workspace: Workspace, record: RunRecord) -> list[ModelVersion]:
    """The versions that are outputs of a run, those too that an earlier run made the same."""
    made = {str(entry["digest"]) for entry in record.outputs.values() if isinstance(entry, dict)}
    return [model for model in workspace.models() if model.run == record.id or model.digest in made]


def models_of_deployment(
    workspace: Workspace, record: DeploymentRecord
) -> list[tuple[str, str, ModelVersion | None]]:
    """Name and digest of what it serves, with the version; None for a file of the project, and one not registered."""
    return [(name, digest, workspace.model(name, digest)) for name, digest in record.models.items()]


def lineage_json(found: ModelLineage) -> dict[str, Any]:
    from envspec.frozen import asdict

    return dict(asdict(found))
