"""`envspec exec ENV [-f PATH] -- CMD`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, options_of


@click.command("exec", context_settings={"ignore_unknown_options": False})
@click.argument("environment", shell_complete=blocks("environment"))
@click.option(
    "-f", "--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder."
)
@click.argument("arguments", nargs=-1, required=True, metavar="-- CMD [ARG]...")
@engine_options
def command(environment: str, path: Path, arguments: tuple[str, ...], **parameters: Any) -> int:
    """Run a command in an environment, which is built first when that is needed. Gives its exit status."""
    from envspec.actions.loading import Loaded
    from envspec.cli.working import with_project

    def work(loaded: Loaded) -> int:
        from envspec.actions.interactive import execute

        return execute(loaded, environment, arguments)

    return with_project(options_of(path, parameters), work)
