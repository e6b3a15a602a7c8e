"""`envspec images list | show IMAGE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import registered
from envspec.cli.looking.opening import not_there
from envspec.cli.parameters import output_options
from envspec.cli.workspaces import format_option, path_option, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.actions.image_states import Images, ImageState
    from envspec.workspace.database import Workspace

_EMPTY = "nothing has been built here: `envspec build`"


def _locations(workspace: Workspace) -> list[str]:
    return [image.location.removeprefix("envspec/") for image in workspace.images()]


@click.group("images")
def command() -> None:
    """List what was built, and what uses it."""


@command.command("list")
@click.option("--target", "engine", default="", metavar="ENGINE", help="Only those of one engine.")
@format_option
@path_option
@output_options
def list_images(engine: str, format_: str, path: Path) -> int:
    """Images of environments and deployments, and environments on this machine, the last used first.

    An engine that does not answer is told: its images are then as they were recorded.
    """
    from envspec.actions.image_states import images_of
    from envspec.cli.pruning_text import size_text
    from envspec.cli.show import result_json, say, table

    workspace = workspace_of(path)
    found = images_of(workspace, engine)
    if format_ == "json":
        result_json(
            {"schema": 1, "images": [_json(one) for one in found.images], "silent": dict(found.silent)}
        )
        return 0
    _say_silent(found)
    if not found.images:
        say(_EMPTY)
        return 0
    table(
        [
            [
                _shown(one.image.location, workspace),
                one.image.short,
                one.image.engine,
                one.state,
                size_text(one.size) if one.size else "",
                one.image.used[:10],
                _used_by(one),
            ]
            for one in found.images
        ],
        ["IMAGE", "HASH", "ENGINE", "STATE", "SIZE", "USED", "BY"],
    )
    return 0


@command.command("show")
@click.argument("image", shell_complete=registered(_locations))
@format_option
@path_option
@output_options
def show(image: str, format_: str, path: Path) -> int:
    """One image, by its reference, (the beginning of) its hash, or the version or deployment that it is of."""
    from envspec.actions.image_states import images_of, matching
    from envspec.cli.pruning_text import size_text
    from envspec.cli.show import one_line, result, result_json

    workspace = workspace_of(path)
    everything = images_of(workspace)
    found = matching(everything.images, image)
    if not found:
        not_there("image", image, [one.image.location for one in everything.images], _EMPTY)
    if format_ == "json":
        result_json({"schema": 1, "images": [_json(one) for one in found], "silent": dict(everything.silent)})
        return 0
    _say_silent(everything)
    for one in found:
        of = one.image
        result(one_line(_shown(of.location, workspace)))
        for key, value in (
            ("hash", of.hash),
            ("engine", of.engine),
            ("state", one.state),
            ("size", f"{size_text(one.size)} ({one.size:,} B)" if one.size else ""),
            ("built", of.created),
            ("last used", of.used),
            ("of", of.kind),
            ("versions", ", ".join(f"{name}:{number}" for name, number in of.versions)),
            ("runs", _few(of.runs)),
            ("deployments", ", ".join(of.deployments)),
            ("in use by", ", ".join(of.busy)),
        ):
            if value:
                result(one_line(f"  {key:12} {value}"))
    return 0


def _say_silent(found: Images) -> None:
    from envspec.cli.show import one_line, say

    for engine, why in found.silent.items():
        say(one_line(f"note: `{engine}` was not asked, so this is what is recorded of it: {why}"))


def _shown(location: str, workspace: Workspace) -> str:
    path = Path(location)
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else location


def _used_by(one: ImageState) -> str:
    image = one.image
    parts = [f"{name}:{number}" for name, number in image.versions] if image.kind == "environment" else []
    if image.runs:
        parts.append(f"{len(image.runs)} run{'s' * (len(image.runs) > 1)}")
    return ", ".join([*parts, *image.deployments])


def _few(names: tuple[str, ...]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} older" if more > 0 else "")


def _json(one: ImageState) -> dict[str, Any]:
    image = asdict(one.image)
    image["versions"] = [{"name": name, "number": number} for name, number in one.image.versions]
    return {**image, "state": one.state, "size": one.size}
