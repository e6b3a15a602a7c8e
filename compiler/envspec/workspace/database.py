"""The workspace as one object: what each of its files knows of the tables, over one connection."""

from __future__ import annotations

from envspec.workspace.deployments import Deployments
from envspec.workspace.environment_lookup import EnvironmentLookup
from envspec.workspace.environment_marks import EnvironmentMarks
from envspec.workspace.environment_uses import EnvironmentUses
from envspec.workspace.images import Images
from envspec.workspace.model_lookup import ModelLookup
from envspec.workspace.runs import Runs
from envspec.workspace.snapshot import Snapshots


class Workspace(
    EnvironmentLookup,
    EnvironmentMarks,
    EnvironmentUses,
    Images,
    Runs,
    ModelLookup,
    Deployments,
    Snapshots,
):
    """Versions, images, runs, models, deployments and snapshots of a project. Open it with `open(root)`."""
