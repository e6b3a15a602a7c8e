"""`envspec prune [KIND...]`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from envspec.actions.pruning.choosing import KINDS
from envspec.cli.kinds import Kinds
from envspec.cli.parameters import output_options
from envspec.cli.workspaces import format_option, path_option, workspace_of


class Age(click.ParamType[float]):
    """`30d`, `12h`, `2w`: seconds."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        from envspec.actions.pruning.age import seconds_of
        from envspec.cli.show import printable

        try:
            return seconds_of(str(value))
        except ValueError as error:
            self.fail(f"`{printable(str(value))}` is no age: {error}", param, ctx)


@click.command("prune")
@click.argument("kinds", metavar="[KIND]...", nargs=-1, type=Kinds(KINDS))
@click.option("--older", type=Age(), metavar="AGE", help="Records that are older than this, such as `30d`.")
@click.option(
    "--keep",
    type=click.IntRange(0),
    metavar="N",
    help="Records that are not among the newest N of their name.",
)
@click.option("-y", "--yes", is_flag=True, help="Do it. Without this, only say what would go.")
@format_option
@path_option
@output_options
def command(
    kinds: tuple[str, ...], older: float | None, keep: int | None, yes: bool, format_: str, path: Path
) -> int:
    """Take away what is not needed: a table of what would go, and with `--yes` it goes.

    What no record names goes always: content of the store, copies of it, folders of runs and builds that were killed.
    Records go by `--older` and `--keep`, with both only what both say: runs, environments (registered versions), models,
    deployments that were stopped, and images; of these KINDs all, or those that are named. What is in use stays, the newest
    of a name too, and whatever a record that stays was made of.
    """
    from envspec.actions.pruning.prune import prune, rules_of, would_go
    from envspec.cli.pruning_text import kept_lines, pruned_json, rows_of, total_line
    from envspec.cli.show import one_line, result_json, say, table
    from envspec.workspace.connection import FILE

    if kinds and older is None and keep is None:
        raise click.UsageError(
            "a KIND needs `--older` or `--keep`; what nothing refers to goes without either"
        )
    rules = rules_of(older, keep, kinds)
    workspace = workspace_of(path)
    does = yes and os.path.lexists(
        workspace.state / FILE
    )  # where there is no workspace there is nothing to do
    pruned = prune(workspace.root, rules, say) if does else would_go(workspace, rules)
    if format_ == "json":
        result_json(pruned_json(pruned, older, keep, kinds))
        return 0
    for note in pruned.notes:
        say(one_line(f"note: {note}"))
    for line in kept_lines(pruned):
        say(one_line(line))
    if not pruned.items:
        say("there is nothing to take away")
        return 0
    table(list(rows_of(pruned)), ["KIND", "WHAT", "SIZE", "WHY"])
    if pruned.done:
        say(f"{total_line(pruned)}: gone")
    else:
        say(f"{total_line(pruned)} would go; `--yes` does it")
    return 0
