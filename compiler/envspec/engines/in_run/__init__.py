"""What a program finds in a run besides its environment: the module `envspec_run`, and where that writes."""

from __future__ import annotations

from pathlib import Path

MODULE = "envspec_run.py"
METRICS = "ENVSPEC_METRICS"
"""The variable with the file of what a run logs: JSON, a line each."""

METRICS_FILE = "metrics.jsonl"
"""What is kept of that file, beside the run's log: that of the last attempt."""

WORK = "ENVSPEC_WORK"
"""The variable with the working directory that a program begins in."""


def module_text() -> str:
    """The text of `envspec_run`. It runs in the user's environment, whatever Python that has."""
    from envspec.package_data import package_data

    return package_data("envspec.engines.in_run", MODULE).decode()


def write_module(folder: Path) -> Path:
    """Puts the module into a new folder below `folder`, for `PYTHONPATH`."""
    place = folder / "api"
    place.mkdir(exist_ok=True)
    (place / MODULE).write_text(module_text(), encoding="utf-8")
    return place


def with_module(variables: dict[str, str], place: str) -> None:
    """Lets Python find the module at `place`, before what the spec says of `PYTHONPATH`."""
    others = variables.get("PYTHONPATH", "")
    variables["PYTHONPATH"] = f"{place}:{others}" if others else place


def set_apart(folder: Path, attempt: int) -> None:
    """Keeps what an attempt logged as `metrics-ATTEMPT.jsonl`, before the next begins: a run is what its last attempt
    was, and two series in one file would be one that nobody trained."""
    from contextlib import suppress

    file = folder / METRICS_FILE
    with suppress(FileNotFoundError):
        file.replace(file.with_stem(f"{file.stem}-{attempt}"))
