"""What a program finds in a run besides its environment: the module `envspec_run`, which writes `$ENVSPEC_METRICS`, and
that file, in which no secret value stays."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

MODULE = "envspec_run.py"
METRICS = "ENVSPEC_METRICS"
"""The variable with the file of what a run logs: JSON, a line each."""

METRICS_FILE = "metrics.jsonl"
"""That file, beside the run's log."""


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


_PIECE = 1 << 20


def hide_in_metrics(folder: Path, values: Collection[str]) -> None:
    """Masks secret values in what a run logged, once its program has ended: all of `os.environ` is quickly logged. They
    are looked for as they are and as JSON writes them."""
    file = folder / METRICS_FILE
    written = {value for value in values if value}
    if not written or not file.is_file():
        return
    from envspec.engines.masking import Masker

    masker = Masker(written | {json.dumps(value)[1:-1] for value in written})
    hidden = file.with_suffix(".masked")
    with file.open("rb") as source, hidden.open("wb") as target:
        while piece := source.read(_PIECE):
            target.write(masker.feed(piece))
        target.write(masker.finish())
    hidden.replace(file)
