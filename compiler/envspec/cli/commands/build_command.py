"""`envspec build [NAME…] [PATH]`."""

from __future__ import annotations

from typing import Any

import click

from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, names_and_path, options_of


@click.command("build")
@click.argument(
    "names", nargs=-1, metavar="[NAME]... [PATH]", shell_complete=blocks("environment", or_file=True)
)
@click.option("--format", "format_", default="text", type=click.Choice(["text", "json"]))
@engine_options
def command(names: tuple[str, ...], format_: str, **parameters: Any) -> int:
    """Build environments; all of the file's without a name. Locks first when that is needed."""
    from envspec.actions.loading import Loaded
    from envspec.cli.show import result, result_json
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)

    def work(loaded: Loaded) -> int:
        from envspec.actions.building import build, chosen

        versions = build(loaded, chosen(loaded, wanted))
        if format_ == "json":
            rows = [
                {
                    "environment": key,
                    "version": version.number,
                    "engine": version.built.engine,
                    "location": version.built.location,
                    "hash": version.built.hash,
                    "reused": version.built.reused,
                }
                for key, version in versions.items()
            ]
            result_json({"schema": 1, "environments": rows})
            return 0
        for version in versions.values():
            one = version.built
            result(
                f"{version.label}  {'reused' if one.reused else f'built in {one.seconds:.1f} s'}  {one.location}"
            )
        return 0

    return with_project(options_of(path, parameters), work)
