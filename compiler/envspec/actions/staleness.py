"""Whether a run has to be done again: what it is made of, as one key, and in words what moved since last time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envspec.actions.building import Version
from envspec.actions.loading import Loaded
from envspec.actions.snapshot_settings import snapshot_limits
from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import canonical_json, digest
from envspec.ir.identity import variables_definition
from envspec.ir.types import InputRef, Run, SecretRef, Template, Text
from envspec.workspace.database import Workspace
from envspec.workspace.runs import RunRecord


@frozen
class RunIdentity(Frozen):
    """`key` hashes all that decides what a run does; `inputs` map names to `{"path", "digest"}`. `snapshot`
    is empty for a run that is not snapshotted: nobody can say whether its source is the same."""

    key: str
    meaning: Mapping[str, Any]
    snapshot: str
    inputs: Mapping[str, Mapping[str, str]]


def identity_of(
    loaded: Loaded, workspace: Workspace, run: Run, version: Version, inputs: Mapping[str, Path]
) -> RunIdentity:
    """Snapshots the source, hashes the inputs."""
    snapshot = ""
    if run.snapshot:
        limits = snapshot_limits(loaded.root)
        snapshot = workspace.snapshot(loaded.root / run.source, limits=limits).digest
    given = {
        name: {"path": shown(path, loaded.root), "digest": workspace.tree_digest(path)}
        for name, path in inputs.items()
    }
    return identity_from(run, version, snapshot, given)


def identity_from(
    run: Run, version: Version, snapshot: str, given: Mapping[str, Mapping[str, str]]
) -> RunIdentity:
    """The same of a source and inputs whose digests are known."""
    meaning = _meaning(run)
    key = digest(
        "envspec.run/1",
        {
            "run": meaning,
            "environment": version.built.hash,
            # They are set when it runs, so they are in no layer of what was built.
            "variables": variables_definition(version.environment.variables),
            "snapshot": snapshot,
            "inputs": {name: one["digest"] for name, one in given.items()},
        },
    )
    return RunIdentity(key, meaning, snapshot, given)


def why_stale(workspace: Workspace, run: Run, version: Version, identity: RunIdentity) -> tuple[str, str]:
    """(reason, id): why the run has to be done, or an empty reason and the id of the run that stands."""
    if not run.snapshot:
        return "its source is not snapshotted, so nobody can say that it is the same", ""
    record = workspace.latest_run(run.id, identity.key)
    if record is not None:
        lost = _lost_output(workspace, record)
        return (f"the output `{lost}` of {record.id} is gone", "") if lost else ("", record.id)
    before = next((r for r in workspace.runs(run.id) if r.outcome == "success"), None)
    if before is None:
        return "it has not succeeded yet", ""
    return f"{', '.join(_moved(before, version, identity))} since {before.id}", ""


def _moved(before: RunRecord, version: Version, identity: RunIdentity) -> list[str]:
    moved = []
    if before.snapshot != identity.snapshot:
        moved.append("its source changed")
    if (before.environment, before.environment_number) != (version.name, version.number):
        old = f"{before.environment}:{before.environment_number}"
        moved.append(f"its environment went from {old} to {version.label}")
    try:
        earlier = json.loads(before.definition)
    except ValueError:
        earlier = {}
    # Canonical JSON on both sides: 1.0 and 1 are the same number there.
    now = json.loads(canonical_json(identity.meaning))
    changed = [f"`{name}`" for name in sorted(now) if now[name] != earlier.get(name)]
    if changed:
        moved.append(f"its {', '.join(changed)} changed")
    for name, one in identity.inputs.items():
        was = before.inputs.get(name)
        if isinstance(was, dict) and was.get("digest") != one["digest"]:
            moved.append(f"its input `{name}` changed")
    return moved or ["the engine or what it builds changed"]


def _lost_output(workspace: Workspace, record: RunRecord) -> str:
    for name, output in record.outputs.items():
        if isinstance(output, dict) and str(output.get("digest")) not in workspace.store:
            return name
    return ""


def _meaning(run: Run) -> dict[str, Any]:
    """What of a run decides what it does, as JSON."""

    def text(value: Text | SecretRef) -> Any:
        if isinstance(value, SecretRef):
            return {"secret": value.name}
        if isinstance(value, Template):
            return {"join": [part if isinstance(part, str) else _hole(part) for part in value.parts]}
        return value

    def _hole(part: Any) -> dict[str, str]:
        return {"input" if isinstance(part, InputRef) else "output": part.name}

    return {
        "command": [text(part) for part in run.command],
        "shell": run.shell,
        "inputs": sorted(run.inputs),
        "outputs": dict(run.outputs),
        "variables": {name: text(value) for name, value in run.variables.items()},
    }


def shown(path: Path, root: Path) -> str:
    """A path below the root, as it is named to people."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
