"""`envspec sbom [ENV] [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.arguments import names_and_path
from envspec.cli.completing import blocks, file
from envspec.cli.parameters import options_of, target_options


@click.command("sbom")
@click.argument("names", nargs=-1, metavar="[ENV] [PATH]", shell_complete=blocks("environment", or_file=True))
@click.option(
    "-o",
    "--output",
    default="",
    metavar="FILE",
    shell_complete=file,
    help="Write to FILE, not to stdout (`-`).",
)
@click.option("--platform", default="", metavar="OS/ARCH", help="Another platform of the lock.")
@target_options
def command(names: tuple[str, ...], output: str, platform: str, **parameters: Any) -> int:
    """Print the bill of materials of an environment, as CycloneDX 1.6 JSON.

    It says what the lock says: of an image with `--target docker`, else of the environment on this machine. Locks
    first when that is needed.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)
    if len(wanted) > 1:
        raise click.UsageError(f"a bill is of one environment: {', '.join(wanted)}")

    def work(loaded: Loaded) -> int:
        from envspec.actions.building import chosen
        from envspec.actions.describing import bill_of
        from envspec.actions.writing import write_file
        from envspec.cli.show import result, say
        from envspec.diagnostics import Diagnostic, Failure

        environments = chosen(loaded, wanted)
        if not environments:
            raise Failure(Diagnostic("E1204", f"`{loaded.file}` defines no environment"))
        if len(environments) > 1:
            known = ", ".join(environment.id for environment in environments)
            raise click.UsageError(f"a bill is of one environment; name one of: {known}")
        text = bill_of(loaded, environments[0], platform)
        if output in ("", "-"):
            result(text.removesuffix("\n"))
            return 0
        write_file(Path(output), text)
        say(f"wrote {output}")
        return 0

    return with_project(options_of(path, parameters), work)
