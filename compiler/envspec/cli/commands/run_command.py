"""`envspec run [NAME…] [PATH]`."""

from __future__ import annotations

from typing import Any

import click

from envspec.cli.arguments import names_and_path
from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, options_of


@click.command("run")
@click.argument("names", nargs=-1, metavar="[NAME]... [PATH]", shell_complete=blocks("run", or_file=True))
@engine_options
def command(names: tuple[str, ...], **parameters: Any) -> int:
    """Run programs; all of the file's without a name, in the order in which they need each other.

    Builds their environments first. Gives a failing program's own exit status.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.script_output import with_script_output
    from envspec.cli.show import say
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)

    def work(loaded: Loaded) -> int:
        from envspec.actions.locking import with_locked_references
        from envspec.actions.running import chosen_runs, run_all
        from envspec.actions.snapshot_settings import check_limits

        check_limits(loaded.root)
        loaded = with_locked_references(loaded)
        if not loaded.project.runs:
            say(f"`{loaded.file}` defines no run")
        return run_all(loaded, chosen_runs(loaded, wanted))

    with with_script_output(options_of(path, parameters)) as options:
        return with_project(options, work)
