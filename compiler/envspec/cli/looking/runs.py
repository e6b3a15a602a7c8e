"""`envspec runs list | show`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.cli.looking.opening import not_there, opened, was_pruned

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.runs import RunRecord

SHOWN = 50
"""Runs of a list that nobody asked more of."""


def list_runs(
    name: str = "", *, last: int = SHOWN, whole: bool = False, format: str = "text", path: Path = Path()
) -> int:
    """Shows the `last` runs (`whole`: all), those of `name` if one is given, the newest first; gives the exit status."""
    from envspec.cli.show import result_json, say, table

    with opened(path) as workspace:
        records = workspace.runs(name or None, -1 if whole else last)
        if name and not records:
            gone = workspace.pruned_digest("run", name, "")
            was_pruned("the last run of", name, gone, "run it anew: `envspec run`")
            not_there("run", name, workspace.run_names(), "nothing has been run here yet: `envspec run`")
        older = workspace.count_runs(name or None) - len(records) if len(records) == last and not whole else 0
    if format == "json":
        from envspec.frozen import asdict

        result_json({"schema": 1, "older": older, "runs": [asdict(record) for record in records]})
    elif records:
        table(
            [
                [r.id, r.outcome, r.started, f"{r.environment}:{r.environment_number}", r.engine]
                for r in records
            ],
            ["RUN", "OUTCOME", "STARTED", "ENVIRONMENT", "ENGINE"],
        )  # fmt: skip
        if older > 0:
            say(f"{older} older: `--all` shows every run")
    else:
        say("nothing has been run here yet")
    return 0


def show_run(identifier: str, *, format: str = "text", path: Path = Path()) -> int:
    """Shows what is known of one run: what it was, what it logged, the models made of it and what serves them; gives the
    exit status."""
    from envspec.actions.comparing import metrics_of
    from envspec.actions.run_description import description_of
    from envspec.actions.run_environment import built_for
    from envspec.actions.run_folder import folder_of
    from envspec.cli.lineage_lines import built_lines, run_model_lines, run_models
    from envspec.cli.run_text import logged_lines, run_lines
    from envspec.cli.show import one_line, result, result_json
    from envspec.engines.tracking import remembered

    with opened(path) as workspace:
        found = found_run(workspace, identifier)
        metrics = metrics_of(workspace, found)
        models = run_models(workspace, found)
        built = built_for(workspace, found)
        folder = folder_of(workspace, found)
        log = workspace.state / found.log
    tracking = remembered(folder)
    if format == "json":
        from envspec.frozen import asdict

        logged = {
            "parameters": metrics.parameters,
            "metrics": {name: [[*point] for point in points] for name, points in metrics.series.items()},
        }
        result_json(
            {
                "schema": 1,
                "run": asdict(found),
                "logged": logged,
                "mlflow": {"tracking_uri": tracking, "runs": metrics.mlflow_runs},
                "models": models,
                "built": [asdict(one) for one in built],
            }
        )
        return 0
    described = description_of(folder)
    shown_log = os.path.relpath(log, workspace.root) if log.is_file() else ""
    for key, text in (
        *run_lines(found, shown_log, described.again if described else ""),
        *([("mlflow", tracking)] if tracking else []),
        *logged_lines(metrics),
        *built_lines(built),
        *run_model_lines(models),
    ):
        result(f"{one_line(key):20} {one_line(text)}".rstrip())
    return 0


def found_run(workspace: Workspace, identifier: str) -> RunRecord:
    """By its id, or its number alone. Raises `Failure` E1105 with the nearest, or when it was pruned."""
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
