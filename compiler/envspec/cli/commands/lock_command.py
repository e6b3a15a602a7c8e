"""`envspec lock [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.parameters import options_of, project_options

if TYPE_CHECKING:
    from envspec.actions.loading import Loaded
    from envspec.actions.locking import Relocked

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
    from envspec.cli.working import with_project

    names, path = _names_and_path(upgrade, path)
    if check and names:
        raise click.UsageError("`--check` changes nothing, so it does not go with `--upgrade`")

    def work(loaded: Loaded) -> int:
        from envspec.actions.locking import relock
        from envspec.cli.lock_progress import shown
        from envspec.frozen import replace

        with shown(loaded.options) as (options, progress):
            found = relock(
                replace(loaded, options=options), upgrade=names, check=check, merging=True, progress=progress
            )
        _show(loaded, found, format)
        return 0

    return with_project(options_of(path, parameters), work)


def _names_and_path(upgrade: tuple[str, ...], path: Path | None) -> tuple[list[str], Path]:
    """`--upgrade` takes the word after it. One that is a path was meant as PATH, with everything to be upgraded."""
    names: list[str] = []
    for name in upgrade:
        if path is None and (name.endswith(".envspec") or Path(name).exists()):
            names, path = [*names, EVERYTHING], Path(name)
        else:
            names.append(name)
    return names, path or Path()


def _show(loaded: Loaded, found: Relocked, format: str) -> None:
    from envspec.actions.lock_report import lock_report, summary
    from envspec.cli.show import result_json, say
    from envspec.lock.changes import lock_changes

    changes = lock_changes(found.before, found.after)
    for line in summary(found.after, changes):
        say(line)
    if format == "json":
        result_json(lock_report(loaded.file, found.after, changes))
