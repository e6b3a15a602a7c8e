"""`push` and `pull`, as `env` and `models` have them: the same two commands over what each kind calls its versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import Hook
from envspec.cli.parameters import environment_name, output_options
from envspec.cli.workspaces import format_option, path_option, workspace_of

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace

_MOVES = "It has its own number there; when something else has that, it takes the next, there and here."


def add_sharing(
    group: click.Group,
    *,
    module: str,
    reference: str,
    number: str,
    complete: Hook,
    find: Callable[[Workspace, str], Any],
    pushes: str,
    pulls: str,
) -> None:
    """Adds both to `group`. `module` of `envspec.actions.sharing` does it, `find` gives a version by its reference or
    raises `Failure`; `reference` and `number` are how the usage shows them, `pushes` and `pulls` the help's first line."""

    def actions() -> Any:
        from importlib import import_module

        return import_module(f"envspec.actions.sharing.{module}")

    @group.command("push", help=f"{pushes}\n\n{_MOVES}")
    @click.argument("reference", metavar=reference, shell_complete=complete)
    @click.argument("place", metavar="[REGISTRY/PATH[:LABEL]]", default="")
    @format_option
    @path_option
    @output_options
    def push(reference: str, place: str, format_: str, path: Path) -> int:
        from envspec.cli.sharing_text import show_pushed
        from envspec.cli.show import say

        with workspace_of(path) as workspace:
            return show_pushed(actions().push(workspace, find(workspace, reference), place, say), format_)

    @group.command("pull", help=pulls)
    @click.argument("place", metavar=f"REGISTRY/PATH[:{number}|:LABEL|@sha256:DIGEST]")
    @click.option(
        "--name",
        default="",
        metavar="NAME",
        callback=environment_name,
        help="Register it under another name.",
    )
    @format_option
    @path_option
    @output_options
    def pull(place: str, name: str, format_: str, path: Path) -> int:
        from envspec.cli.sharing_text import show_pulled
        from envspec.cli.show import say
        from envspec.resolve.files import find_root

        return show_pulled(actions().pull(find_root(path), place, name, say), format_)
