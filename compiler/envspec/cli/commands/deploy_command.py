"""`envspec deploy [NAME…] [PATH]`."""

from __future__ import annotations

from typing import Any

import click

from envspec.cli.arguments import names_and_path
from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, options_of


@click.command("deploy")
@click.argument(
    "names", nargs=-1, metavar="[NAME]... [PATH]", shell_complete=blocks("deployment", or_file=True)
)
@click.option("--again", is_flag=True, help="Start it anew even when nothing changed, as after a secret did.")
@engine_options
def command(names: tuple[str, ...], again: bool, **parameters: Any) -> int:
    """Serve deployments; all of the file's without a name. Each is healthy once it answered its sample.

    One that serves just what it should is left alone.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.show import printable, result, say
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)

    def work(loaded: Loaded) -> int:
        from envspec.actions.deploying import chosen_deployments, deploy
        from envspec.actions.locking import with_locked_references
        from envspec.actions.needed import build_needed
        from envspec.actions.snapshot_settings import check_limits

        check_limits(loaded.root)
        loaded = with_locked_references(loaded)
        deployments = chosen_deployments(loaded, wanted)
        if not loaded.project.deployments:
            say(f"`{loaded.file}` defines no deployment")
        if len(deployments) > 1:
            build_needed(loaded, deployments=deployments)
        for deployment in deployments:
            deployed = deploy(loaded, deployment, again=again)
            result(f"{deployment.id}  {deployed.url}/score{'  unchanged' if deployed.reused else ''}")
            if deployed.sample_response:
                result(f"  sample answered: {printable(deployed.sample_response.strip())[:2000]}")
        return 0

    return with_project(options_of(path, parameters), work)
