"""`envspec runs list | show ID | logs ID`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.completing import registered
from envspec.cli.parameters import output_options
from envspec.cli.workspaces import format_option, not_there, path_option, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.runs import RunRecord


def _names(workspace: Workspace) -> list[str]:
    return [record.name for record in workspace.runs()]


def _ids(workspace: Workspace) -> list[str]:
    return [record.id for record in workspace.runs()]


@click.group("runs")
def command() -> None:
    """List runs, show one, read its log."""


def _find(workspace: Workspace, identifier: str) -> RunRecord:
    found = workspace.run(identifier)
    if found is None:
        ids = [record.id for record in workspace.runs(limit=50)]
        not_there("run", identifier, ids, "nothing has been run here yet: `envspec run`")
    return found


@command.command("list")
@click.argument("name", default="", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def list_runs(name: str, format_: str, path: Path) -> int:
    """The newest first."""
    from envspec.cli.show import result_json, say, table

    records = workspace_of(path).runs(name or None)
    if format_ == "json":
        result_json({"schema": 1, "runs": [asdict(record) for record in records]})
    elif records:
        table(
            [
                [r.id, r.outcome, r.started, f"{r.environment}:{r.environment_number}", r.engine]
                for r in records
            ],
            ["RUN", "OUTCOME", "STARTED", "ENVIRONMENT", "ENGINE"],
        )  # fmt: skip
    else:
        say("nothing has been run here yet")
    return 0


@command.command("show")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@format_option
@path_option
@output_options
def show(identifier: str, format_: str, path: Path) -> int:
    """What is known of one run."""
    from envspec.cli.show import printable, result, result_json

    record = asdict(_find(workspace_of(path), identifier))
    if format_ == "json":
        result_json({"schema": 1, "run": record})
        return 0
    for key, value in record.items():
        result(f"{key:20} {printable(str(value))}")
    return 0


@command.command("logs")
@click.argument("identifier", metavar="ID", shell_complete=registered(_ids))
@path_option
@output_options
def logs(identifier: str, path: Path) -> int:
    """Everything that the program printed."""
    from envspec.diagnostics import Diagnostic, Failure

    workspace = workspace_of(path)
    file = workspace.state / _find(workspace, identifier).log
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Failure(Diagnostic("E1204", f"the log of `{identifier}` is gone")) from error
    from envspec.cli.show import printable

    sys.stdout.write(printable(text) if sys.stdout.isatty() else text)
    return 0
