"""What the commands share that look into the workspace of a project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace

path_option = click.option(
    "-f", "--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder."
)
format_option = click.option("--format", "format_", default="text", type=click.Choice(["text", "json"]))


def workspace_of(path: Path) -> Workspace:
    """The workspace of the root that a path belongs to. It is closed when the command ends: a process that ends without
    that leaves its journal behind."""
    from envspec.resolve.files import find_root
    from envspec.workspace.database import Workspace

    workspace = Workspace.open(find_root(path))
    click.get_current_context().call_on_close(workspace.close)
    return workspace


def not_there(kind: str, name: str, names: Iterable[str], empty: str) -> NoReturn:
    """Raises `Failure` E1105 with the nearest name."""
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.resolve.suggest import did_you_mean, known

    names = list(names)
    raise Failure(
        Diagnostic(
            "E1105", f"there is no {kind} `{name}`", help=did_you_mean(name, names) or known(names, empty)
        )
    )
