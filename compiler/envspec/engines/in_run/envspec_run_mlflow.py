"""What a run and MLflow know of each other, where the user has a tracking URI and the environment has MLflow.

MLflow finds `Context` as a plugin (`mlflow.run_context_provider`): each of its runs gets the tag `envspec.run`, and its id
is a line of `$ENVSPEC_METRICS`. `send` takes the metrics and parameters that `envspec_run` writes; when the program ends
they go to the MLflow run that it had, or to one of its own. Whatever goes wrong with MLflow here, the program goes on.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import sys
import time
from typing import Any, Mapping  # noqa: UP035 - whatever Python the environment has

TAG = "envspec.run"
_METRICS_AT_ONCE, _PARAMETERS_AT_ONCE = 1000, 100  # what one request may have
_lines: list[Mapping[str, Any]] = []
_noted: set[str] = set()
_waiting: list[bool] = []


class Context:
    """Asked by MLflow whenever a run begins, before that has its id."""

    def in_context(self) -> bool:
        return bool(os.environ.get("ENVSPEC_RUN_ID"))

    def tags(self) -> dict[str, str]:
        _note_last()  # the one before, in a program that has several
        _at_end()
        return {TAG: os.environ["ENVSPEC_RUN_ID"]}


def send(line: Mapping[str, Any]) -> None:
    """Keeps a line of `envspec_run` for MLflow."""
    _lines.append(line)
    _at_end()


def _at_end() -> None:
    if not _waiting:
        _waiting.append(True)
        atexit.register(_end)


def _end() -> None:
    # A server that is gone must not hold the end of a program for minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    try:
        if _lines and importlib.util.find_spec("mlflow") is None:
            _say("what was logged is not in MLflow: this environment has no `mlflow`")
        elif _lines:
            _log()
    except Exception as error:  # noqa: BLE001 - MLflow and its clients raise anything
        _say("what was logged is not in MLflow: " + (str(error).strip().splitlines() or [""])[0][:500])
    _note_last()


def _log() -> None:
    import mlflow  # type: ignore[import-not-found,unused-ignore]
    from mlflow.entities import Metric, Param  # type: ignore[import-not-found,unused-ignore]

    metrics, parameters = [], {}
    following: dict[str, int] = {}
    for line in _lines:
        if "metric" in line:
            step = line.get("step", following.get(line["metric"], 0))
            following[line["metric"]] = step + 1
            metrics.append(Metric(line["metric"], line["value"], int(line["time"] * 1000), step))
        elif "parameter" in line:
            parameters[line["parameter"]] = str(line["value"])
    if not metrics and not parameters:
        return
    run = mlflow.active_run() or mlflow.last_active_run()
    own = run is None
    if own:
        run = mlflow.start_run(run_name=os.environ.get("ENVSPEC_RUN_ID"))
    client = mlflow.MlflowClient()
    # MLflow refuses another value for a parameter that it has.
    there = client.get_run(run.info.run_id).data.params
    new = [Param(name, value) for name, value in parameters.items() if name not in there]
    for at in range(0, len(new), _PARAMETERS_AT_ONCE):
        client.log_batch(run.info.run_id, params=new[at : at + _PARAMETERS_AT_ONCE])
    for at in range(0, len(metrics), _METRICS_AT_ONCE):
        client.log_batch(run.info.run_id, metrics=metrics[at : at + _METRICS_AT_ONCE])
    if own:
        mlflow.end_run("FAILED" if hasattr(sys, "last_type") else "FINISHED")


def _note_last() -> None:
    """The id of MLflow's run, if it has had one here, for `envspec runs show`."""
    try:
        run = sys.modules["mlflow"].last_active_run()
        if run is not None and run.info.run_id not in _noted:
            _noted.add(run.info.run_id)
            from envspec_run import _write  # type: ignore[import-not-found,unused-ignore]

            _write({"mlflow_run": run.info.run_id, "time": time.time()})
    except Exception:  # noqa: BLE001, S110 - the tag in MLflow says the same
        pass


def _say(text: str) -> None:
    sys.stderr.write(f"envspec_run: {text}\n")
