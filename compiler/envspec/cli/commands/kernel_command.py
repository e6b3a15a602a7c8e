"""`envspec kernel ENV [-f PATH]`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from envspec.cli.completing import blocks
from envspec.cli.parameters import options_of, project_options
from envspec.cli.show import printable

_NAME = r"[A-Za-z0-9._-]{1,100}"
"""What jupyter-client takes for the name of a kernel."""


@click.command("kernel")
@click.argument("environment", shell_complete=blocks("environment"))
@click.option(
    "-f", "--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder."
)
@click.option("--name", "kernel", default="", metavar="NAME", help="What `jupyter --kernel` calls it.")
@click.option("--display-name", "title", default="", metavar="TEXT", help="What people choose it by.")
@click.option(
    "--prefix",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write below FOLDER/share/jupyter/kernels, not among this user's kernels.",
)
@click.option("--frozen", is_flag=True, help="Fail rather than change envspec.lock.")
@click.option("--offline", is_flag=True, help="Use only what is in the caches.")
@project_options
def command(
    environment: str, path: Path, kernel: str, title: str, prefix: Path | None, **parameters: Any
) -> int:
    """Make an environment a kernel of Jupyter.

    It is built first. The environment needs `ipykernel`. A kernel that is started later has what the spec says then.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.working import with_project

    if kernel and not re.fullmatch(_NAME, kernel):
        raise click.UsageError(
            f"`--name {printable(kernel)}`: write letters, digits, `.`, `_` and `-`, at most 100"
        )

    def work(loaded: Loaded) -> int:
        from envspec.actions.kernels import install_kernel
        from envspec.cli.show import say

        made = install_kernel(loaded, environment, kernel=kernel, title=title, prefix=prefix)
        say(f"kernel `{made.name}`, {printable(made.title)}: {made.folder / 'kernel.json'}")
        return 0

    return with_project(options_of(path, parameters), work)
