"""`envspec up [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.parameters import engine_options, options_of

if TYPE_CHECKING:
    from envspec.engines.interface import Deployed
    from envspec.ir.types import Deployment


@click.command("up")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where Dockerfiles and conda YAML are written; `.envspec/compiled/FILE` under the root by default.",
)
@engine_options
def command(path: Path, output: Path | None, **parameters: Any) -> int:
    """Compile, build, run what is stale, deploy; nothing that is as it should be is done again."""
    from envspec.actions.loading import Loaded
    from envspec.cli.script_output import with_script_output
    from envspec.cli.show import printable, result
    from envspec.cli.working import with_project

    def served(deployment: Deployment, deployed: Deployed) -> None:
        result(f"{deployment.id}  {deployed.url}/score")
        if deployed.sample_response:
            result(f"  sample answered: {printable(deployed.sample_response.strip())[:2000]}")

    def work(loaded: Loaded) -> int:
        from envspec.actions.bringing_up import up

        folder = output or loaded.state / "compiled" / loaded.file.removesuffix(".envspec")
        return up(loaded, folder, served)

    with with_script_output(options_of(path, parameters)) as options:
        return with_project(options, work)
