"""`envspec runs list | show | env | logs | outputs | compare | cancel | rerun | delete`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import registered
from envspec.cli.looking import runs as looking
from envspec.cli.looking.runs import found_run
from envspec.cli.parameters import engine_options, options_of, output_options
from envspec.cli.workspaces import format_option, path_option, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace


def _names(workspace: Workspace) -> list[str]:
    return workspace.run_names()


def _ids(workspace: Workspace) -> list[str]:
    return [record.id for record in workspace.runs()]


@click.group("runs")
def command() -> None:
    """List runs, show one, read its log, compare several, end, repeat or delete one."""


@command.command("list")
@click.argument("name", default="", shell_complete=registered(_names))
@click.option(
    "-n", "--last", type=click.IntRange(1), default=looking.SHOWN, show_default=True, help="How many runs."
)
@click.option("--all", "whole", is_flag=True, help="Every run.")
@format_option
@path_option
@output_options
def list_runs(name: str, last: int, whole: bool, format_: str, path: Path) -> int:
    """The newest first."""
    return looking.list_runs(name, last=last, whole=whole, format=format_, path=path)


@command.command("show")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@format_option
@path_option
@output_options
def show(identifier: str, format_: str, path: Path) -> int:
    """What is known of one run: what it was, what it logged, the models made of it and what serves them."""
    return looking.show_run(identifier, format=format_, path=path)


@command.command("env")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@format_option
@path_option
@output_options
def show_environment(identifier: str, format_: str, path: Path) -> int:
    """The environment that a run had, as a spec: its definition, with the version and the locked packages as remarks."""
    from envspec.actions.run_environment import built_for, environment_of
    from envspec.cli.environment_text import whole_json
    from envspec.cli.run_environment_text import spec_text
    from envspec.cli.show import printable, result, result_json

    workspace = workspace_of(path)
    record = found_run(workspace, identifier)
    version = environment_of(workspace, record)
    text = spec_text(workspace.root, record, version)
    if format_ == "json":
        built = [asdict(one) for one in built_for(workspace, record)]
        result_json(
            {"schema": 1, "run": record.id, "environment": whole_json(version), "spec": text, "built": built}
        )
    else:
        result(printable(text).removesuffix("\n"))
    return 0


@command.command("logs")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@click.option("-f", "--follow", "following", is_flag=True, help="Go on until the run has ended.")
@click.option("--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder.")
@output_options
def logs(identifier: str, following: bool, path: Path) -> int:
    """Everything that the program printed; without commands for the terminal where it is shown on one."""
    from envspec.actions.run_folder import follow, show_log
    from envspec.cli.script_output import ScriptOutput
    from envspec.cli.show import say

    workspace = workspace_of(path)
    record = found_run(workspace, identifier)
    output = ScriptOutput(ends=True)
    try:
        if not following:
            show_log(workspace, record, output.write)
        elif follow(workspace, record, output.write) is None:
            say(f"{record.id} is not remembered any more")
    finally:
        output.finish()
    return 0


@command.command("outputs")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Copy them there.",
)  # fmt: skip
@format_option
@path_option
@output_options
def outputs(identifier: str, folder: Path | None, format_: str, path: Path) -> int:
    """What a run left: outputs of the spec, and files that it logged."""
    from envspec.actions.run_outputs import copy_outputs, outputs_of
    from envspec.cli.show import result_json, say, table

    workspace = workspace_of(path)
    record = found_run(workspace, identifier)
    found = outputs_of(workspace, record)
    if folder is not None:
        for place in copy_outputs(workspace, found, folder):
            say(f"wrote {place}")
    if format_ == "json":
        result_json({"schema": 1, "run": record.id, "outputs": [asdict(one) for one in found]})
    elif found and folder is None:
        table(
            [[one.name, one.path, one.digest[:19], "" if one.kept else "gone"] for one in found],
            ["OUTPUT", "PATH", "DIGEST", ""],
        )
    elif not found:
        say(f"{record.id} left nothing")
    return 0


@command.command("compare")
@click.argument("identifiers", metavar="ID ID...", nargs=-1, required=True, shell_complete=registered(_ids))
@click.option("--all", "everything", is_flag=True, help="Show what is the same too.")
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Draw the metrics there."
)
@format_option
@path_option
@output_options
def compare_runs(
    identifiers: tuple[str, ...], everything: bool, svg: Path | None, format_: str, path: Path
) -> int:
    """What runs differ in: what they were made of, what they logged, how they ended."""
    from envspec.actions.comparing import as_json, compare
    from envspec.cli.show import result, result_json, say, table
    from envspec.counted import counted

    if len(identifiers) < 2:
        raise click.UsageError("name at least two runs")
    workspace = workspace_of(path)
    runs = {run.id: run for run in (found_run(workspace, one) for one in identifiers)}
    if len(runs) < 2:
        raise click.UsageError(f"name at least two runs: {' and '.join(identifiers)} are one")
    found = compare(workspace, [*runs.values()])
    if svg is not None:
        from envspec.actions.charts import svg_of
        from envspec.actions.writing import write_file

        write_file(svg, svg_of(found))
        say(f"wrote {svg}")
    if format_ == "json":
        result_json(as_json(found))
        return 0
    rows = [row for row in found.rows if everything or row.differs]
    table([[row.kind, row.name, *row.values] for row in rows], ["", "", *found.ids])
    same = len(found.rows) - len(rows)
    if same:
        say(f"{counted(same, 'more is', 'more are')} the same: `--all` shows {'it' if same == 1 else 'them'}")
    from envspec.cli.plots import plot

    for name, by_run in found.series.items():
        if any(len(points) > 1 for points in by_run.values()):
            result("")
            result(plot(name, by_run))
    return 0


@command.command("cancel")
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True, shell_complete=registered(_ids))
@path_option
@output_options
def cancel_runs(identifiers: tuple[str, ...], path: Path) -> int:
    """End runs that go on, whoever began them."""
    from envspec.actions.cancelling import cancel
    from envspec.cli.show import say

    workspace = workspace_of(path)
    for record in [found_run(workspace, one) for one in identifiers]:
        say(f"{record.id}: {cancel(workspace, record).outcome}")
    return 0


@command.command("rerun")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@engine_options
@click.option(
    "-f", "--file", "path", default=".", type=click.Path(path_type=Path), help="The file or folder."
)
def rerun_run(identifier: str, path: Path, **parameters: Any) -> int:
    """Repeat a run: the same environment version, source, inputs and command, whatever the spec says now.

    What is gone is told before anything begins. Gives a failing program's own exit status.
    """
    from envspec.actions.rerunning import differing_outputs, rerun
    from envspec.cli.script_output import with_script_output
    from envspec.cli.show import say

    workspace = workspace_of(path)
    record = found_run(workspace, identifier)
    with with_script_output(options_of(path, parameters)) as options:
        status, made = rerun(workspace, record, options)
    after = workspace.run(made)
    if status == 0 and after is not None and after.outputs:
        differing = differing_outputs(record, after)
        names = ", ".join(f"`{name}`" for name in differing)
        say(
            f"{made}: {names} differ from those of {record.id}"
            if names
            else f"{made}: its outputs are those of {record.id}"
        )
    return status


@command.command("delete")
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True, shell_complete=registered(_ids))
@path_option
@output_options
def delete_runs(identifiers: tuple[str, ...], path: Path) -> int:
    """Take runs away, with their folders; models that were made of them stay."""
    from envspec.actions.run_folder import delete
    from envspec.cli.show import say

    workspace = workspace_of(path)
    for record in [found_run(workspace, one) for one in identifiers]:
        delete(workspace, record)
        say(f"{record.id} is deleted")
    return 0
