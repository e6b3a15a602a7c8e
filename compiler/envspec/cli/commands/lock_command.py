"""`envspec lock [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.parameters import options_of, project_options

EVERYTHING = "*"
"""`lock.solve.EVERYTHING`, which is what `--upgrade` without a name means."""


@click.command("lock")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; fail when the lock is stale.")
@click.option(
    "--upgrade",
    multiple=True,
    is_flag=False,
    flag_value=EVERYTHING,
    metavar="[PKG]",
    help="Look for newer versions: of PKG (a package, or a base image), or of everything.",
)
@click.option("--offline", is_flag=True, help="Use only what is in the caches.")
@click.option(
    "--build-sdists",
    "allow_builds",
    is_flag=True,
    help="Let source distributions be built (runs their code).",
)
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="What changed, as JSON on stdout with `json`.",
)
@project_options
def command(path: Path | None, check: bool, upgrade: tuple[str, ...], format: str, **parameters: Any) -> int:
    """Resolve every environment to exact packages in envspec.lock."""
    from envspec.cli.locking import lock_and_show

    names, path = _names_and_path(upgrade, path)
    if check and names:
        raise click.UsageError("`--check` changes nothing, so it does not go with `--upgrade`")
    return lock_and_show(options_of(path, parameters), names, check=check, format=format)


def _names_and_path(upgrade: tuple[str, ...], path: Path | None) -> tuple[list[str], Path]:
    """`--upgrade` takes the word after it. One that is a path was meant as PATH, with everything to be upgraded."""
    names: list[str] = []
    for name in upgrade:
        if path is None and (name.endswith(".envspec") or Path(name).exists()):
            names, path = [*names, EVERYTHING], Path(name)
        else:
            names.append(name)
    return names, path or Path()
