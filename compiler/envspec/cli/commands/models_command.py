"""`envspec models list [NAME] | show NAME[:NUMBER|@sha256:DIGEST] | download … | push … | pull REGISTRY/PATH`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.completing import registered
from envspec.cli.looking.opening import not_there, was_pruned
from envspec.cli.parameters import output_options
from envspec.cli.sharing_commands import add_sharing
from envspec.cli.workspaces import format_option, path_option, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.models import ModelVersion
    from envspec.workspace.shared import SharedVersion


def _names(workspace: Workspace) -> list[str]:
    return [version.name for version in workspace.models()]


@click.group("models")
def command() -> None:
    """Registered models: list and show them, copy one out, push and pull them."""


@command.command("list")
@click.argument("name", default="", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def list_models(name: str, format_: str, path: Path) -> int:
    """Every version, by name, the newest first."""
    from envspec.actions.lineage import origin_of
    from envspec.cli.show import result_json, say, table
    from envspec.workspace.model_lookup import NO_MODELS

    with workspace_of(path) as workspace:
        versions = workspace.models(name or None)
        pulled = workspace.pulled("model")
        origins = [_origin(v, origin_of(workspace, v, pulled)) for v in versions]
        if name and not versions:
            not_there("model", name, {v.name for v in workspace.models()}, NO_MODELS)
    if format_ == "json":
        result_json({"schema": 1, "models": [asdict(version) for version in versions]})
    elif versions:
        table(
            [
                [f"{v.name}:{v.number}", origin, f"{v.size:,} B", v.digest.removeprefix("sha256:")[:12], v.created]
                for v, origin in zip(versions, origins, strict=True)
            ],
            ["MODEL", "FROM", "SIZE", "DIGEST", "REGISTERED"],
        )  # fmt: skip
    else:
        say(NO_MODELS)
    return 0


@command.command("show")
@click.argument("reference", metavar="NAME[:NUMBER|@sha256:DIGEST]", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def show(reference: str, format_: str, path: Path) -> int:
    """One version, and its lineage: data, source and environment of the run that made it, and what serves it.

    The newest without a number; of a digest the beginning will do.
    """
    from envspec.actions.lineage import origin_of
    from envspec.actions.model_lineage import lineage_json, lineage_of
    from envspec.cli.lineage_lines import model_lines
    from envspec.cli.sharing_text import lineage_lines
    from envspec.cli.show import one_line, result, result_json

    with workspace_of(path) as workspace:
        version = _found(workspace, reference)
        lineage = lineage_of(workspace, version)
        serving = [one.name for one in lineage.deployments if one.stopped is None]
        shared = workspace.shared_versions("model", version.name, version.digest)
        there = origin_of(workspace, version, workspace.pulled("model"))
    if format_ == "json":
        result_json(
            {
                "schema": 1,
                "model": {
                    **asdict(version),
                    "deployments": serving,
                    "shared": [asdict(one) for one in shared],
                    "lineage": lineage_json(lineage),
                },
            }
        )
        return 0
    result(one_line(f"{version.name}:{version.number}"))
    for key, value in asdict(version).items():
        if value and key not in {"name", "number"}:
            if key == "path" and there is not None:  # nothing of the project: what its file is called
                key = "file"
            result(f"  {key:12} {one_line(str(value))}")
    for line in model_lines(version, lineage):
        result(one_line(f"  {line}"))
    result(f"  {'serves in':12} {one_line(', '.join(serving) or 'no deployment')}")
    for one in shared:
        result(one_line(f"  {one.direction:12} {one.reference}"))
        for line in lineage_lines(one.lineage):
            result(one_line(f"  {'':12} {line}"))
    return 0


@command.command("download")
@click.argument("reference", metavar="NAME[:NUMBER|@sha256:DIGEST]", shell_complete=registered(_names))
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", default=".",
    help="Write it there, not here.",
)  # fmt: skip
@format_option
@path_option
@output_options
def download(reference: str, folder: Path, format_: str, path: Path) -> int:
    """Copy a version, a file or a folder, out of the workspace. The newest without a number.

    A `model` block takes it from there: `from = "models/line.json"`.
    """
    from envspec.actions.model_files import download
    from envspec.cli.show import one_line, result, result_json

    with workspace_of(path) as workspace:
        version = _found(workspace, reference)
        place = download(workspace, version, folder)
    if format_ == "json":
        result_json(
            {
                "schema": 1,
                "model": f"{version.name}:{version.number}",
                "digest": version.digest,
                "path": str(place),
            }
        )
    else:
        result(one_line(str(place)))
    return 0


def _origin(version: ModelVersion, there: SharedVersion | None) -> str:
    """A run, the place in a registry, or a file of the project."""
    if there is None:
        return version.run or version.path
    return f"{there.repository}:{there.number}" if there.number else there.repository


def _found(workspace: Workspace, reference: str) -> ModelVersion:
    """Raises `Failure` E1105 with why there is none."""
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.workspace.not_registered import NotRegistered
    from envspec.workspace.pruned import Tombstone

    found = workspace.find_model(reference)
    if isinstance(found, Tombstone):
        shared = workspace.shared_versions("model", found.name, found.digest)
        was_pruned(
            "model", f"{found.name}:{found.number}", found,
            f"`envspec models pull {shared[0].reference}` has it again" if shared
            else "what is left: `envspec models list`",
        )  # fmt: skip
    if isinstance(found, NotRegistered):
        raise Failure(Diagnostic("E1105", found.reason, help=found.help))
    assert not isinstance(found, Tombstone), "`was_pruned` has said so"
    return found


add_sharing(
    command,
    module="models",
    reference="NAME[:NUMBER|@sha256:DIGEST]",
    number="NUMBER",
    complete=registered(_names),
    find=_found,
    pushes="Push a version to an OCI registry, with where it comes from.",
    pulls="Register a version that somebody pushed, when all of it is here. The newest without a number.",
)
