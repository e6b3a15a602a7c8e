"""What a program finds in a run besides its environment: the module `envspec_run`, and where that writes. Where the user has
an MLflow, its plugin is there too."""

from __future__ import annotations

from pathlib import Path

METRICS = "ENVSPEC_METRICS"
"""The variable with the file of what a run logs: JSON, a line each."""

METRICS_FILE = "metrics.jsonl"
"""What is kept of that file, beside the run's log: that of the last attempt."""

WORK = "ENVSPEC_WORK"
"""The variable with the working directory that a program begins in."""


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


def set_apart(folder: Path, attempt: int) -> None:
    """Keeps what an attempt logged as `metrics-ATTEMPT.jsonl`, before the next begins: a run is what its last attempt
    was, and two series in one file would be one that nobody trained."""
    from contextlib import suppress

    file = folder / METRICS_FILE
    with suppress(FileNotFoundError):
        file.replace(file.with_stem(f"{file.stem}-{attempt}"))
