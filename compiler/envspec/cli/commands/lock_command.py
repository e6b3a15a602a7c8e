"""`envspec lock [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.parameters import options_of, project_options


@click.command("lock")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; fail when the lock is stale.")
@click.option(
    "--upgrade", multiple=True, metavar="PKG", help="Look for a newer version of PKG (`*`: of all)."
)
@click.option("--offline", is_flag=True, help="Use only what is in the caches.")
@click.option(
    "--build-sdists",
    "allow_builds",
    is_flag=True,
    help="Let source distributions be built (runs their code).",
)
@project_options
def command(path: Path, check: bool, upgrade: tuple[str, ...], **parameters: Any) -> int:
    """Resolve every environment to exact packages in envspec.lock."""
    from envspec.actions.loading import Loaded
    from envspec.cli.show import say
    from envspec.cli.working import with_project

    def work(loaded: Loaded) -> int:
        from envspec.actions.locking import ensure_lock

        lock = ensure_lock(loaded, upgrade=upgrade, check=check)
        for key, entry in lock.environments.items():
            for platform in entry.platforms:
                count = len(platform.conda) + len(platform.pip) + len(platform.paths)
                say(
                    f"{key}: Python {platform.python}, {count} package{'s' * (count != 1)} for {platform.platform}"
                )
        return 0

    return with_project(options_of(path, parameters), work)
