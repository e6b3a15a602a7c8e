"""What the commands share that look into the workspace of a project: their options, and closing it at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.looking.opening import opened

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace

path_option = click.option(
    "-f", "--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder."
)
format_option = click.option("--format", "format_", default="text", type=click.Choice(["text", "json"]))


def workspace_of(path: Path) -> Workspace:
    """The workspace that a path belongs to (`opened`), closed when the command ends."""
    workspace = opened(path)
    click.get_current_context().call_on_close(workspace.close)
    return workspace
