"""The environment that a run had: the version, and whether what was built of it is still there."""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace
from envspec.workspace.environments import EnvironmentVersion
from envspec.workspace.runs import RunRecord


@frozen
class BuiltFor(Frozen):
    """What was built on the engine of a run. `location` is empty when nothing is recorded of it any more; then `gone` says
    why, as a clause."""

    engine: str
    hash: str
    location: str
    gone: str


def environment_of(workspace: Workspace, record: RunRecord) -> EnvironmentVersion:
    """Raises `Failure` E1105 when the version is gone."""
    number = record.environment_number
    found = workspace.environment(record.environment, number) if number is not None else None
    if found is None:
        raise Failure(
            Diagnostic(
                "E1105",
                f"the environment of run `{record.id}` is gone: {gone_version(workspace, record)}",
                help="what it was told to do is still known: `envspec runs show`",
            )
        )
    return found


def gone_version(workspace: Workspace, record: RunRecord) -> str:
    """Why the version of a run is not there, as a clause."""
    number = record.environment_number
    if number is None:
        return "it was never registered"
    tombstone = workspace.pruned("environment", record.environment, number)
    name = f"`{record.environment}:{number}`"
    return f"{name} was pruned on {tombstone.day}" if tombstone else f"{name} is not registered any more"


def built_for(workspace: Workspace, record: RunRecord) -> list[BuiltFor]:
    """What its environment was built to on its engine: what is recorded, no engine is asked."""
    if record.environment_number is None:
        return []
    uses = workspace.environment_uses(record.environment).get(record.environment_number)
    found = []
    for one in uses.images if uses is not None else ():
        if one.engine != record.engine:
            continue
        gone = ""
        if not one.location:
            tombstone = workspace.pruned_image(one.hash, one.engine)
            gone = f"pruned on {tombstone.day}" if tombstone is not None else "not recorded any more"
        found.append(BuiltFor(one.engine, one.hash, one.location, gone))
    return found
