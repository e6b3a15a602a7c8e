"""`envspec export KIND [ENV] [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli import completing
from envspec.cli.arguments import names_and_path
from envspec.cli.parameters import options_of, project_options
from envspec.exporting.table import KINDS

if TYPE_CHECKING:
    from envspec.actions.loading import Loaded

_KINDS = "\n".join(f"  {name:<14}{kind.summary}" for name, kind in KINDS.items())


@click.command(
    "export",
    help=f"""Write a locked environment in the form of another tool, to stdout or FILE.

What the form has no place for is said on stderr. KIND is one of

\b
{_KINDS}
""",
)
@click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND")
@click.argument(
    "names", nargs=-1, metavar="[ENV] [PATH]", shell_complete=completing.blocks("environment", or_file=True)
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write; `-` is stdout.",
)
@click.option("--platform", default="", metavar="PLATFORM", help="Only this platform, such as `linux/arm64`.")
@click.option("--frozen", is_flag=True, help="Fail rather than change envspec.lock.")
@click.option("--offline", is_flag=True, help="Use only what is in the caches.")
@project_options
def command(kind: str, names: tuple[str, ...], output: Path | None, platform: str, **parameters: Any) -> int:
    from envspec.cli.working import with_project

    environments, path = names_and_path(names)
    if len(environments) > 1:
        raise click.UsageError(
            f"one environment is exported, and these are several: {', '.join(environments)}; "
            "a file to write to is given with `--output`"
        )

    def work(loaded: Loaded) -> int:
        from envspec.actions.exporting import export
        from envspec.cli.echo import echo
        from envspec.cli.show import say

        name = environments[0] if environments else ""
        found = export(loaded, kind, name, platform=platform, output=output)
        if output is None or output == Path("-"):
            echo(found.text, nl=False)
        else:
            _write(output, found.text)
        for loss in found.losses:
            say(f"not in it: {loss}")
        return 0

    return with_project(options_of(path, parameters), work)


def _write(output: Path, text: str) -> None:
    from envspec.atomic_file import write_atomically
    from envspec.diagnostics import Diagnostic, Failure

    try:
        write_atomically(output, text.encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E0636", f"`{output}` cannot be written: {reason}")) from error
