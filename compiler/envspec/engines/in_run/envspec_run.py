"""What a run says of itself: `from envspec_run import log_metric`.

    log_metric("loss", 0.31, step=4)
    log_param("alpha", 0.5)
    log_file("plot.png")

Each call is a line of JSON in the file that `$ENVSPEC_METRICS` names, written at once; any language can write such lines.
Outside of a run nothing is written. Where the user has an MLflow tracking URI and the environment has MLflow, metrics and
parameters are in MLflow too when the program has ended. `envspec runs show` and `envspec runs compare` show what was said.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any, Mapping  # noqa: UP035 - whatever Python the environment has

_torn = []  # type: list[int]
"""Not empty while the last line was not written whole."""

__all__ = ["log_file", "log_metric", "log_metrics", "log_param", "log_params"]


def log_metric(name: str, value: float, step: int | None = None) -> None:
    """A number that changes while the program runs. `step` is its place in the row; without it, the next."""
    line: dict[str, Any] = {"metric": str(name), "value": float(value), "time": time.time()}
    if step is not None:
        line["step"] = int(step)
    _write(line)


def log_metrics(values: Mapping[str, float], step: int | None = None) -> None:
    """Several at once, by name."""
    for name, value in values.items():
        log_metric(name, value, step)


def log_param(name: str, value: object) -> None:
    """What was chosen for this run: a text, a number, true or false."""
    if not isinstance(value, (str, int, float, bool)):
        value = str(value)
    _write({"parameter": str(name), "value": value})


def log_params(values: Mapping[str, object]) -> None:
    """Several at once, by name."""
    for name, value in values.items():
        log_param(name, value)


def log_file(path: str) -> None:
    """A file or folder below the directory that the program began in, which is to be kept as it is when the program ends.
    A relative path is one from where the program is now."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - a link is kept under its own name
    there = f"{os.path.realpath(folder)}/{name}"
    began = os.environ.get("ENVSPEC_WORK") or os.curdir
    _write({"file": os.path.relpath(there, os.path.realpath(began))})


def _write(line: Mapping[str, Any]) -> None:
    file = os.environ.get("ENVSPEC_METRICS")
    if not file:
        return
    # What a full disk left of an earlier line is ended first; empty lines mean nothing.
    data = ("\n" * len(_torn) + json.dumps(line) + "\n").encode("utf-8")
    # One write in append mode: lines of several processes do not mix.
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        rest = data[os.write(descriptor, data) :]
        _torn[:] = [1] if rest else []
        if rest:
            os.write(descriptor, rest)
            _torn.clear()
    finally:
        os.close(descriptor)
    if os.environ.get("MLFLOW_TRACKING_URI") and ("metric" in line or "parameter" in line):
        try:
            from envspec_run_mlflow import send  # type: ignore[import-not-found,unused-ignore]
        except ImportError:  # this file alone, copied to somewhere
            return
        send(line)
