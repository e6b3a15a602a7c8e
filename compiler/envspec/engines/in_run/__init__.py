"""What a program finds in a run besides its environment: the module `envspec_run`, which writes `$ENVSPEC_METRICS`, and
that file, in which no secret value stays. Where the user has an MLflow, its plugin is there too."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

METRICS = "ENVSPEC_METRICS"
"""The variable with the file of what a run logs: JSON, a line each."""

METRICS_FILE = "metrics.jsonl"
"""That file, beside the run's log."""


_MODULE = "envspec_run.py"
_PLUGIN = "envspec_run_mlflow.py"
_PLUGIN_INFO = "envspec_run_mlflow-1.dist-info"
_PLUGIN_FILES = {
    f"{_PLUGIN_INFO}/METADATA": "Metadata-Version: 2.1\nName: envspec-run-mlflow\nVersion: 1\n",
    f"{_PLUGIN_INFO}/entry_points.txt": "[mlflow.run_context_provider]\nenvspec = envspec_run_mlflow:Context\n",
}
"""What the Python of a run finds the plugin by (the entry points of PyPA's specifications), with no list of files in it:
nothing that looks for the package of a module shall name this one."""


def module_files(*, plugin: bool) -> dict[str, str]:
    """The text of the module and, where it is wanted, of the plugin, by path. They run in the user's environment,
    whatever Python that has."""
    from envspec.package_data import package_data

    names = [_MODULE, *([_PLUGIN] if plugin else [])]
    found = {name: package_data("envspec.engines.in_run", name).decode() for name in names}
    return found | (_PLUGIN_FILES if plugin else {})


def write_module(folder: Path, *, plugin: bool = False) -> Path:
    """Puts them into a new folder below `folder`, for `PYTHONPATH`."""
    place = folder / "api"
    for name, text in module_files(plugin=plugin).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
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
