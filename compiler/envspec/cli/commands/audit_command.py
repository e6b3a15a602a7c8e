"""`envspec audit [ENV…] [PATH] --database FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.arguments import names_and_path
from envspec.cli.completing import blocks, file
from envspec.cli.parameters import options_of, project_options
from envspec.diagnostics.render import FORMATS


@click.command("audit")
@click.argument(
    "names", nargs=-1, metavar="[ENV]... [PATH]", shell_complete=blocks("environment", or_file=True)
)
@click.option("--database", required=True, metavar="FILE", type=click.Path(path_type=Path), shell_complete=file,
              help="Records in the OSV format: a zip file, a folder, or a file of them.")  # fmt: skip
@click.option(
    "--ignore", "ignored", multiple=True, metavar="ID", help="Leave out a vulnerability, by any name it has."
)
@click.option("--format", "format_", default="full", type=click.Choice(tuple(FORMATS)))
@project_options
def command(
    names: tuple[str, ...], database: Path, ignored: tuple[str, ...], format_: str, **parameters: Any
) -> int:
    """Look for known vulnerabilities of what is locked, in a database on this machine.

    Nothing is fetched. Exit status: 0 when nothing is known, 1 with findings.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.findings import show_placed
    from envspec.cli.show import say
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)

    def work(loaded: Loaded) -> int:
        from envspec.actions.auditing import audit
        from envspec.actions.building import chosen

        audited = audit(loaded, chosen(loaded, wanted), database, ignored)
        status = show_placed(loaded, audited.findings, format_, dict(audited.sources))
        for identifier in audited.unused:
            say(f"`--ignore {identifier}`: nothing that was found has this name")
        packages = f"{audited.packages} package{'s' * (audited.packages != 1)}"
        say(f"{packages} compared with {audited.records} record{'s' * (audited.records != 1)}")
        return status

    return with_project(options_of(path, parameters), work)
