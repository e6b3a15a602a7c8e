"""The file or folder that a registered model is, outside of the store."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.database import Workspace
from envspec.workspace.models import ModelVersion


def file_name(workspace: Workspace, version: ModelVersion) -> str:
    """What it is called where it was made; the model's own name where that is not known."""
    path = version.path
    run = workspace.run(version.run) if version.run else None
    entry = run.outputs.get(version.output) if run is not None else None
    if isinstance(entry, dict):
        path = str(entry.get("path", ""))
    name = PurePosixPath(path).name
    return name if is_file_name(name) else version.name


def is_file_name(name: str) -> bool:
    return bool(name) and name not in (".", "..") and name.isprintable() and not set(name) & set("/\\")


def download(workspace: Workspace, version: ModelVersion, folder: Path) -> Path:
    """A copy in `folder`, to be changed as anybody likes. Raises `Failure` E1207 when that is there already, E1106 when
    the store has it no more."""
    place = folder / file_name(workspace, version)
    if place.exists() or place.is_symlink():
        raise Failure(
            Diagnostic("E1207", f"`{place}` is there already", help="name another folder, or take it away")
        )
    workspace.materialize(version.digest, place)
    return place
