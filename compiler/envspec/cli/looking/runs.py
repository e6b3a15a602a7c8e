"""`envspec runs list`."""

from __future__ import annotations

from pathlib import Path

from envspec.cli.looking.opening import not_there, opened, was_pruned

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
