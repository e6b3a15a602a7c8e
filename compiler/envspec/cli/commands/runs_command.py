"""`envspec runs list | show | env | logs | outputs | compare | cancel | rerun | delete`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import registered
from envspec.cli.looking import runs as looking
from envspec.cli.looking.opening import not_there, was_pruned
from envspec.cli.parameters import engine_options, options_of, output_options
from envspec.cli.workspaces import format_option, path_option, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.runs import RunRecord


def _names(workspace: Workspace) -> list[str]:
    return workspace.run_names()


def _ids(workspace: Workspace) -> list[str]:
    return [record.id for record in workspace.runs()]


@click.group("runs")
def command() -> None:
    """List runs, show one, read its log, compare several, end, repeat or delete one."""


def _find(workspace: Workspace, identifier: str) -> RunRecord:
    found = workspace.run(identifier)
    if found is None:
        gone = workspace.pruned_run(identifier)
        was_pruned(
            "run",
            gone.id if gone else identifier,
            gone,
            "what is left: `envspec runs list`; run it anew: `envspec run`",
        )
        ids = [record.id for record in workspace.runs(limit=50)]
        not_there("run", identifier, ids, "nothing has been run here yet: `envspec run`")
    return found


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
    from envspec.actions.comparing import metrics_of
    from envspec.actions.run_environment import built_for
    from envspec.actions.run_folder import folder_of
    from envspec.cli.lineage_lines import built_lines, run_model_lines, run_models
    from envspec.cli.show import one_line, printable, result, result_json
    from envspec.engines.tracking import remembered

    workspace = workspace_of(path)
    found = _find(workspace, identifier)
    metrics = metrics_of(workspace, found)
    tracking = remembered(folder_of(workspace, found))
    record = asdict(found)
    models = run_models(workspace, found)
    built = built_for(workspace, found)
    if format_ == "json":
        logged = {
            "parameters": metrics.parameters,
            "metrics": {name: [[*point] for point in points] for name, points in metrics.series.items()},
        }
        result_json(
            {
                "schema": 1,
                "run": record,
                "logged": logged,
                "mlflow": {"tracking_uri": tracking, "runs": metrics.mlflow_runs},
                "models": models,
                "built": [asdict(one) for one in built],
            }
        )
        return 0
    for key, value in record.items():
        result(f"{key:20} {printable(str(value))}")
    if tracking:
        result(f"{'mlflow':20} {printable(tracking)}")
    for name in metrics.mlflow_runs:
        result(f"{'mlflow run':20} {printable(name)}")
    for name, value in metrics.parameters.items():
        result(f"{printable(f'parameter {name}'):20} {printable(str(value))}")
    for name, value in metrics.last().items():
        count = len(metrics.series[name])
        points = f"  (the last of {count})" if count > 1 else ""
        result(f"{printable(f'metric {name}'):20} {value:.6g}{points}")
    for key, text in (*built_lines(built), *run_model_lines(models)):
        result(one_line(f"{key:20} {text}"))
    return 0


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
    record = _find(workspace, identifier)
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
    """Everything that the program printed."""
    from envspec.actions.run_folder import follow, log_of
    from envspec.cli.show import printable, say

    def show(text: str) -> None:
        sys.stdout.write(printable(text) if sys.stdout.isatty() else text)

    workspace = workspace_of(path)
    record = _find(workspace, identifier)
    if following:
        if follow(workspace, record, show) is None:
            say(f"{record.id} is not remembered any more")
    else:
        show(log_of(workspace, record).read_text(encoding="utf-8", errors="replace"))
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
    record = _find(workspace, identifier)
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

    if len(set(identifiers)) < 2:
        raise click.UsageError("name at least two runs")
    workspace = workspace_of(path)
    found = compare(workspace, [_find(workspace, one) for one in dict.fromkeys(identifiers)])
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
        say(f"{same} more are the same: `--all` shows them")
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
    for record in [_find(workspace, one) for one in identifiers]:
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
    from envspec.cli.show import say

    workspace = workspace_of(path)
    record = _find(workspace, identifier)
    options = options_of(path, parameters, output=_write)
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


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


@command.command("delete")
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True, shell_complete=registered(_ids))
@path_option
@output_options
def delete_runs(identifiers: tuple[str, ...], path: Path) -> int:
    """Take runs away, with their folders; models that were made of them stay."""
    from envspec.actions.run_folder import delete
    from envspec.cli.show import say

    workspace = workspace_of(path)
    for record in [_find(workspace, one) for one in identifiers]:
        delete(workspace, record)
        say(f"{record.id} is deleted")
    return 0
