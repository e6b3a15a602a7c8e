"""`envspec env list [NAME] | show NAME[:NUMBER|@DIGEST] | diff A B`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import registered
from envspec.cli.parameters import output_options
from envspec.cli.workspaces import format_option, not_there, path_option, workspace_of

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.environments import EnvironmentVersion

_EMPTY = "none is registered here; building one does it: `envspec build`"


def _names(workspace: Workspace) -> list[str]:
    return [version.name for version in workspace.environments()]


@click.group("env")
def command() -> None:
    """List registered environments, show one, say what two of them differ in."""


@command.command("list")
@click.argument("name", default="", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def list_environments(name: str, format_: str, path: Path) -> int:
    """Every version, by name, the newest first."""
    from envspec.cli.show import result_json, say, table

    with workspace_of(path) as workspace:
        versions = workspace.environments(name or None)
        if name and not versions:
            not_there("registered environment", name, {v.name for v in workspace.environments()}, _EMPTY)
    if format_ == "json":
        result_json({"schema": 1, "environments": [_json(version) for version in versions]})
    elif versions:
        table(
            [
                [
                    f"{v.name}:{v.number}",
                    v.version_hash.removeprefix("sha256:")[:12],
                    v.created,
                    v.description,
                ]
                for v in versions
            ],
            ["ENVIRONMENT", "DIGEST", "REGISTERED", "DESCRIPTION"],
        )
    else:
        say(_EMPTY)
    return 0


@command.command("show")
@click.argument("reference", metavar="NAME[:NUMBER|@DIGEST]", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def show(reference: str, format_: str, path: Path) -> int:
    """One version: its definition, what it was locked to, and where it exists. The newest without a number."""
    from envspec.cli.show import result, result_json

    with workspace_of(path) as workspace:
        version = _found(workspace, reference)
        images = [image for image in workspace.images() if image.environment == version.name]
    if format_ == "json":
        result_json(
            {
                "schema": 1,
                "environment": _json(version),
                "built": [{"engine": i.engine, "hash": i.hash, "location": i.location} for i in images],
            }
        )
        return 0
    result(f"{version.name}:{version.number}")
    for line in _lines(version):
        result(f"  {line}")
    for image in images:
        result(f"  built      {image.engine}: {image.location}")
    return 0


@command.command("diff")
@click.argument("before", metavar="NAME[:NUMBER|@DIGEST]", shell_complete=registered(_names))
@click.argument("after", metavar="NAME[:NUMBER|@DIGEST]", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def diff(before: str, after: str, format_: str, path: Path) -> int:
    """What two versions differ in: what they ask for, and what that was locked to. The newest without a number."""
    from envspec.actions.planning.step import change_json
    from envspec.actions.registered import differences_of
    from envspec.cli.plan_text import show_changes
    from envspec.cli.show import result, result_json

    with workspace_of(path) as workspace:
        old, new = _found(workspace, before), _found(workspace, after)
    changes = differences_of(old, new)
    labels = [f"{version.name}:{version.number}" for version in (old, new)]
    if format_ == "json":
        result_json(
            {
                "schema": 1,
                "before": labels[0],
                "after": labels[1],
                "changes": [change_json(change) for change in changes],
            }
        )
    elif changes:
        show_changes(changes, result)
    else:
        result(f"{labels[0]} and {labels[1]} are the same")
    return 0


def _found(workspace: Workspace, reference: str) -> EnvironmentVersion:
    """Raises `Failure` E1105 with the nearest one."""
    from envspec.actions.registered import split

    version = workspace.environment(*split(reference))
    if version is None:
        labels = [f"{v.name}:{v.number}" for v in workspace.environments()]
        not_there("registered environment", reference, labels, _EMPTY)
    return version


def _json(version: EnvironmentVersion) -> dict[str, Any]:
    return {
        "name": version.name,
        "number": version.number,
        "digest": version.version_hash,
        "created": version.created,
        "description": version.description,
        "tags": dict(version.tags),
        "definition": json.loads(version.definition),
        "lock": json.loads(version.lock) if version.lock else None,
    }


def _lines(version: EnvironmentVersion) -> list[str]:
    from envspec.cli.show import printable

    value = _json(version)
    lines = [f"digest     {value['digest']}", f"registered {value['created']}"]
    if value["description"]:
        lines.append(f"about      {printable(value['description'])}")
    lines += [f"tag        {printable(key)} = {printable(tag)}" for key, tag in sorted(value["tags"].items())]
    lines += [
        f"{key:10} {printable(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))}"
        for key, item in value["definition"].items()
    ]
    for platform in (value["lock"] or {}).get("platforms", ()):
        packages = [
            f"{package['name']} {package['version']}"
            for kind in ("conda", "pip")
            for package in platform[kind]
        ]
        packages += [package["path"] for package in platform["paths"]]
        lines.append(f"locked     {platform['platform']}, Python {platform['python']}: {', '.join(packages)}")
    return lines
