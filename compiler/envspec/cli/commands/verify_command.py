"""`envspec verify IMAGE|ENV [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.completing import blocks, engines, file
from envspec.cli.parameters import options_of, project_options


@click.command("verify")
@click.argument("wanted", metavar="IMAGE|ENV", shell_complete=blocks("environment"))
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--target", "engine", default="", metavar="ENGINE", shell_complete=engines,
              help="Where ENV is: `local` (the default) or `docker`.")  # fmt: skip
@click.option("--remote", is_flag=True, help="Look in the image's registry only, and not in the engine.")
@click.option("--environment", default="", metavar="NAME", shell_complete=blocks("environment"),
              help="Which environment IMAGE is of, when its labels and its name do not say.")  # fmt: skip
@click.option("--ca-bundle", default="", metavar="FILE", shell_complete=file,
              help="Certificates to trust when a registry is asked.")  # fmt: skip
@click.option(
    "--format", "format_", default="full", type=click.Choice(["full", "concise", "json", "jsonl", "sarif"])
)
@project_options
def command(wanted: str, path: Path, remote: bool, environment: str, format_: str, **parameters: Any) -> int:
    """Check that an image, or an environment here, holds what its lock says.

    IMAGE is looked for in the engine, then in the registry that its name has. Nothing of it is run. Exit status: 0
    when everything is as locked, 1 with findings.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.findings import show_placed
    from envspec.cli.show import say
    from envspec.cli.working import with_project

    def work(loaded: Loaded) -> int:
        from envspec.actions.verifying import verify

        verified = verify(loaded, wanted, remote=remote, environment=environment)
        status = show_placed(loaded, [d for one in verified for d in one.findings], format_)
        for one in verified:
            say(f"{one.where}: {'is as it is locked' if not one.findings else 'is not as it is locked'}")
        return status

    return with_project(options_of(path, parameters), work)
