"""`envspec compile [-o DIR] [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.parameters import options_of, project_options

_SHOWN = 10


@click.command("compile")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", default="build", type=click.Path(path_type=Path), help="The folder; `build` by default."
)
@click.option("--check", is_flag=True, help="Write nothing; fail when the folder is out of date.")
@project_options
def command(path: Path, output: Path, check: bool, **parameters: Any) -> int:
    """Write Dockerfiles, conda YAML and a manifest; each folder is a complete build context."""
    from envspec.actions.loading import Loaded
    from envspec.cli.show import result
    from envspec.cli.working import with_project

    def work(loaded: Loaded) -> int:
        from envspec.actions.compiling import compiled, differences, write
        from envspec.counted import counted
        from envspec.diagnostics import Diagnostic, Failure

        made = compiled(loaded)
        if check:
            stale = differences(made, output)
            if stale:
                shown = [f"`{output / name}`" for name in stale[:_SHOWN]]
                more = [f"and {len(stale) - _SHOWN} more"] if len(stale) > _SHOWN else []
                raise Failure(
                    Diagnostic(
                        "E1206",
                        f"`{output}` is out of date: {len(stale)} of its files {'differs' if len(stale) == 1 else 'differ'}",
                        notes=(*shown, *more),
                        help="run `envspec compile`",
                    )
                )
            return 0
        write(made, output)
        result(f"{output}: {counted(len(made), 'file')}")
        return 0

    return with_project(options_of(path, parameters), work)
