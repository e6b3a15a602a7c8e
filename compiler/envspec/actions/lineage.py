"""What came of what in a workspace: data and environments, the runs made of them, models, deployments."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace
from envspec.workspace.models import ModelVersion
from envspec.workspace.runs import RunRecord
from envspec.workspace.shared import SharedVersion

DATA, REGISTRY, ENVIRONMENT = "data", "registry", "environment"
RUN, MODEL, DEPLOYMENT = "run", "model", "deployment"
KINDS = (DATA, REGISTRY, ENVIRONMENT, RUN, MODEL, DEPLOYMENT)
SCHEMA = 1


@frozen
class Node(Frozen):
    """`key` is unique, `name` for people, `note` one short line on it. A `registry` is the version of a model there, and
    its note the beginning of its manifest's digest."""

    key: str
    kind: str
    name: str
    note: str = ""


@frozen
class Edge(Frozen):
    """`source` was needed for `target`; `label` says as what, empty when that is plain."""

    source: str
    target: str
    label: str = ""


@frozen
class Lineage(Frozen):
    """`nodes` are in the order of `KINDS`, the newest of a kind first. `left_out` is how many runs are not there."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0


def lineage(workspace: Workspace, limit: int) -> Lineage:
    """Of the newest `limit` runs, with those that made what they took and the models that are there."""
    records = workspace.runs(limit=1_000_000)
    by_id = {record.id: record for record in records}
    chosen = {record.id: record for record in records[:limit]}
    models = workspace.models()
    for model in models:
        if model.run in by_id:
            chosen[model.run] = by_id[model.run]
    pulled = workspace.pulled("model")
    versions = {(model.name, model.digest): model for model in models}
    makers = _makers(records)
    waiting = list(chosen.values())
    while waiting:
        for needed in _made_by(waiting.pop(), makers):
            if needed.id not in chosen:
                chosen[needed.id] = needed
                waiting.append(needed)
    nodes: dict[str, Node] = {}
    edges: dict[Edge, None] = {}

    def add(kind: str, name: str, note: str = "") -> str:
        key = f"{kind}:{name}"
        nodes.setdefault(key, Node(key, kind, name, note))
        return key

    for record in sorted(chosen.values(), key=lambda one: -one.number):
        run = add(RUN, record.id, record.outcome)
        environment = add(ENVIRONMENT, f"{record.environment}:{record.environment_number}")
        edges[Edge(environment, run)] = None
        for name, entry in record.inputs.items():
            maker = makers.get(_digest(entry))
            if maker is not None and maker.id in chosen and maker.number < record.number:
                edges[Edge(f"{RUN}:{maker.id}", run, name)] = None
            else:
                edges[Edge(add(DATA, _path(entry), _digest(entry)[7:19]), run, name)] = None
    for model in models:
        key = add(MODEL, f"{model.name}:{model.number}", model.digest[7:19])
        if model.run in chosen:
            edges[Edge(f"{RUN}:{model.run}", key, model.output)] = None
            continue
        there = origin_of(workspace, model, pulled)
        if there is not None:
            name = f"{there.repository}:{there.number}" if there.number else there.repository
            edges[Edge(add(REGISTRY, name, there.manifest[7:19]), key)] = None
        elif model.path:
            edges[Edge(add(DATA, model.path, model.digest[7:19]), key)] = None
    for deployment in workspace.deployments():
        key = add(DEPLOYMENT, deployment.name, deployment.url)
        edges[Edge(add(ENVIRONMENT, f"{deployment.environment}:{deployment.environment_number}"), key)] = None
        for name, digest in deployment.models.items():
            version = versions.get((name, digest))
            source = add(MODEL, f"{name}:{version.number}") if version else add(DATA, name, digest[7:19])
            edges[Edge(source, key)] = None
    ordered = sorted(nodes.values(), key=lambda node: KINDS.index(node.kind))
    return Lineage(tuple(ordered), tuple(edges), len(records) - len(chosen))


def origin_of(
    workspace: Workspace, model: ModelVersion, pulled: Mapping[tuple[str, str], SharedVersion]
) -> SharedVersion | None:
    """Where a model was pulled from; None for one that a run made here, or that is of a file of the project. The `path`
    of a pulled one is only what its file is called, unless that very file is here too."""
    there = pulled.get((model.name, model.digest))
    if there is None or model.run:
        return None
    try:
        status = (workspace.root / model.path).stat() if model.path else None
    except (OSError, ValueError):
        status = None
    here = status is not None and stat.S_ISREG(status.st_mode) and status.st_size == model.size
    return None if here else there


def as_json(found: Lineage) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "nodes": [{"id": n.key, "kind": n.kind, "name": n.name, "note": n.note} for n in found.nodes],
        "edges": [{"from": e.source, "to": e.target, "label": e.label} for e in found.edges],
        "left_out": found.left_out,
    }


def _makers(records: list[RunRecord]) -> Mapping[str, RunRecord]:
    """Digest to the first run that left it."""
    found: dict[str, RunRecord] = {}
    for record in reversed(records):
        for entry in record.outputs.values():
            found.setdefault(_digest(entry), record)
    return found


def _made_by(record: RunRecord, makers: Mapping[str, RunRecord]) -> list[RunRecord]:
    found = [makers.get(_digest(entry)) for entry in record.inputs.values()]
    return [maker for maker in found if maker is not None and maker.number < record.number]


def _digest(entry: object) -> str:
    return str(entry.get("digest", "")) if isinstance(entry, Mapping) else ""


def _path(entry: object) -> str:
    return str(entry.get("path", "")) if isinstance(entry, Mapping) else ""
