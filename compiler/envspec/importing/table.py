"""The kinds of `envspec import`. Adding one is a file with `read`, and a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import Asked
from envspec.importing.spec import Spec


@frozen
class Kind(Frozen):
    """`module` is the file here that has `read`; `files` are names that such a file has in a folder, in the order in
    which they are looked for. `folders`: PATH may be a folder that is read as a whole."""

    summary: str
    module: str
    files: tuple[str, ...] = ()
    folders: bool = False


KINDS: Mapping[str, Kind] = {
    "conda": Kind(
        "an `environment.yml`", "conda", ("environment.yml", "environment.yaml", "conda.yaml", "conda.yml")
    ),
    "pip": Kind("a requirements file", "pip", ("requirements.txt", "requirements.in")),
    "azureml": Kind(
        "an environment, job, deployment or endpoint of Azure ML (CLI v2 YAML)",
        "azureml",
        ("job.yml", "job.yaml", "pipeline.yml"),
        folders=True,
    ),
    "azureml-v1": Kind(
        "an environment or `.runconfig` of Azure ML's SDK v1",
        "azureml_v1",
        ("azureml_environment.json",),
        folders=True,
    ),
    "cog": Kind("a `cog.yaml` of Cog", "cog", ("cog.yaml", "cog.yml")),
    "truss": Kind("a `config.yaml` of Truss", "truss", ("config.yaml", "config.yml")),
    "bentofile": Kind(
        "a `bentofile.yaml` of BentoML, or `[tool.bentoml.build]` of a `pyproject.toml`",
        "bentofile",
        ("bentofile.yaml", "bentofile.yml", "pyproject.toml"),
    ),
    "mlproject": Kind(
        "an `MLproject`, a `python_env.yaml` or the folder of a model of MLflow",
        "mlproject",
        ("MLproject", "MLmodel", "python_env.yaml"),
        folders=True,
    ),
}


def reader(kind: str) -> Callable[[Asked], Spec]:
    """The `read` of a kind in `KINDS`; it may raise `Failure`."""
    read: Callable[[Asked], Spec] = import_module(f"envspec.importing.{KINDS[kind].module}").read
    return read
