"""`envspec models list [NAME] | show NAME[:NUMBER] | push NAME[:NUMBER] | pull REGISTRY/PATH`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from envspec.cli.completing import registered
from envspec.cli.parameters import environment_name, output_options
from envspec.cli.workspaces import format_option, not_there, path_option, was_pruned, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace

_EMPTY = "none is registered here; a run that makes one does it: `envspec run`"


def _names(workspace: Workspace) -> list[str]:
    return [version.name for version in workspace.models()]


@click.group("models")
def command() -> None:
    """List registered models, show one, push and pull them."""


@command.command("list")
@click.argument("name", default="", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def list_models(name: str, format_: str, path: Path) -> int:
    """Every version, by name, the newest first."""
    from envspec.cli.show import result_json, say, table

    with workspace_of(path) as workspace:
        versions = workspace.models(name or None)
        if name and not versions:
            not_there("model", name, {v.name for v in workspace.models()}, _EMPTY)
    if format_ == "json":
        result_json({"schema": 1, "models": [asdict(version) for version in versions]})
    elif versions:
        table(
            [
                [f"{v.name}:{v.number}", v.run or v.path, f"{v.size:,} B", v.digest.removeprefix("sha256:")[:12], v.created]
                for v in versions
            ],
            ["MODEL", "FROM", "SIZE", "DIGEST", "REGISTERED"],
        )  # fmt: skip
    else:
        say(_EMPTY)
    return 0


@command.command("show")
@click.argument("reference", metavar="NAME[:NUMBER]", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def show(reference: str, format_: str, path: Path) -> int:
    """One version, and its lineage: data, source and environment of the run that made it, and what serves it.

    The newest without a number.
    """
    from envspec.actions.model_lineage import lineage_json, lineage_of
    from envspec.cli.lineage_lines import model_lines
    from envspec.cli.sharing_text import lineage_lines
    from envspec.cli.show import one_line, result, result_json

    with workspace_of(path) as workspace:
        version = workspace.model(*_split(reference))
        if version is None:
            _refuse(workspace, reference)
        lineage = lineage_of(workspace, version)
        serving = [one.name for one in lineage.deployments if one.stopped is None]
        shared = workspace.shared_versions("model", version.name, version.digest)
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
            result(f"  {key:12} {one_line(str(value))}")
    for line in model_lines(version, lineage):
        result(one_line(f"  {line}"))
    result(f"  {'serves in':12} {one_line(', '.join(serving) or 'no deployment')}")
    for one in shared:
        result(one_line(f"  {one.direction:12} {one.reference}"))
        for line in lineage_lines(one.lineage):
            result(one_line(f"  {'':12} {line}"))
    return 0


@command.command("push")
@click.argument("reference", metavar="NAME[:NUMBER|@sha256:DIGEST]", shell_complete=registered(_names))
@click.argument("place", metavar="[REGISTRY/PATH[:LABEL]]", default="")
@format_option
@path_option
@output_options
def push(reference: str, place: str, format_: str, path: Path) -> int:
    """Push a version to an OCI registry, with where it comes from.

    It has its own number there; when something else has that, it takes the next, there and here.
    """
    from envspec.actions.sharing.models import push
    from envspec.cli.sharing_text import show_pushed
    from envspec.cli.show import say

    with workspace_of(path) as workspace:
        version = workspace.model(*_split(reference))
        if version is None:
            _refuse(workspace, reference)
        return show_pushed(push(workspace, version, place, say), format_)


@command.command("pull")
@click.argument("place", metavar="REGISTRY/PATH[:NUMBER|:LABEL|@sha256:DIGEST]")
@click.option(
    "--name", default="", metavar="NAME", callback=environment_name, help="Register it under another name."
)
@format_option
@path_option
@output_options
def pull(place: str, name: str, format_: str, path: Path) -> int:
    """Register a version that somebody pushed, when all of it is here. The newest without a number."""
    from envspec.actions.sharing.models import pull
    from envspec.cli.sharing_text import show_pulled
    from envspec.cli.show import say
    from envspec.resolve.files import find_root
    from envspec.workspace.connection import FOLDER
    from envspec.workspace.holding import gathering

    root = find_root(path)
    with gathering(root / FOLDER):  # what has arrived is not pruned before it is registered
        pulled = pull(root, place, name, say)
    return show_pulled(pulled, format_)


def _refuse(workspace: Workspace, reference: str) -> NoReturn:
    """Why there is no such version. Raises `Failure` E1105."""
    name, which = _split(reference)
    if which is not None:
        gone = (
            workspace.pruned("model", name, which)
            if isinstance(which, int)
            else workspace.pruned_digest("model", name, which)
        )
        if gone is not None:
            shared = workspace.shared_versions("model", name, gone.digest)
            was_pruned(
                "model", f"{name}:{gone.number}", gone,
                f"`envspec models pull {shared[0].reference}` has it again" if shared
                else "what is left: `envspec models list`",
            )  # fmt: skip
    not_there("model", reference, [f"{v.name}:{v.number}" for v in workspace.models()], _EMPTY)


def _split(reference: str) -> tuple[str, int | str | None]:
    """`wine:3` is a name and a number, `wine@sha256:…` a name and (the beginning of) a digest."""
    name, sign, number = reference.partition(":")
    if sign and "@" not in name:
        return name, int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1
    name, sign, digest = reference.partition("@")
    return name, digest if sign else None
