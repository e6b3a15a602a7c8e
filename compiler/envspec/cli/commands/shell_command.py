"""`envspec shell ENV [-f PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, options_of


@click.command("shell")
@click.argument("environment", shell_complete=blocks("environment"))
@click.option(
    "-f", "--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder."
)
@engine_options
def command(environment: str, path: Path, **parameters: Any) -> int:
    """Open a shell in an environment, which is built first when that is needed."""
    from envspec.actions.loading import Loaded
    from envspec.cli.working import with_project

    def work(loaded: Loaded) -> int:
        from envspec.actions.interactive import open_shell

        return open_shell(loaded, environment)

    return with_project(options_of(path, parameters), work)
