"""The kinds of `envspec import`. Adding one is a file with `read`, and a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import Asked
from envspec.importing.spec import Spec


@frozen
class Kind(Frozen):
    """`module` is the file here that has `read`; `files` are names that such a file has in a folder, in the order in
    which they are looked for. `folders`: PATH may be a folder that is read as a whole, with `whole` also where one of
    `files` is in it. `names`: PATH may be a name, of
    which `find` of the module knows the place."""

    summary: str
    module: str
    files: tuple[str, ...] = ()
    folders: bool = False
    whole: bool = False
    names: bool = False


KINDS: Mapping[str, Kind] = {
    "conda": Kind(
        "an `environment.yml`", "conda", ("environment.yml", "environment.yaml", "conda.yaml", "conda.yml")
    ),
    "pip": Kind("a requirements file", "pip", ("requirements.txt", "requirements.in")),
    "azureml": Kind(
        "an environment, job, deployment or endpoint of Azure ML (CLI v2 YAML)",
        "azureml.front",
        ("job.yml", "job.yaml", "pipeline.yml"),
        folders=True,
        whole=True,
    ),
    "azureml-v1": Kind(
        "an environment or `.runconfig` of Azure ML's SDK v1",
        "azureml_v1.front",
        ("azureml_environment.json",),
        folders=True,
    ),
    "cog": Kind("a `cog.yaml` of Cog", "tools.cog", ("cog.yaml", "cog.yml")),
    "truss": Kind("a `config.yaml` of Truss", "tools.truss", ("config.yaml", "config.yml")),
    "bentofile": Kind(
        "a `bentofile.yaml` of BentoML, or `[tool.bentoml.build]` of a `pyproject.toml`",
        "tools.bentofile",
        ("bentofile.yaml", "bentofile.yml", "pyproject.toml"),
    ),
    "mlproject": Kind(
        "an `MLproject`, a `python_env.yaml` or the folder of a model of MLflow",
        "tools.mlproject",
        ("MLproject", "MLmodel", "python_env.yaml"),
        folders=True,
    ),
    "conda-env": Kind(
        "a conda environment that is there: its name or folder",
        "installed.conda_env",
        folders=True,
        names=True,
    ),
    "venv": Kind(
        "a virtual environment that is there",
        "installed.venv",
        ("pyvenv.cfg", ".venv/pyvenv.cfg", "venv/pyvenv.cfg", "env/pyvenv.cfg", ".env/pyvenv.cfg"),
    ),
    "dockerfile": Kind(
        "a Dockerfile", "containers.dockerfile", ("Dockerfile", "Containerfile", "dockerfile")
    ),
    "binder": Kind("a folder for repo2docker and Binder", "containers.binder", folders=True),
    "devcontainer": Kind(
        "a `devcontainer.json`",
        "containers.devcontainer",
        (".devcontainer/devcontainer.json", ".devcontainer.json", "devcontainer.json"),
    ),
    "pyproject": Kind(
        "a `pyproject.toml` (PEP 621, Poetry, PDM, Hatch, uv) or `setup.cfg`",
        "projects.pyproject",
        ("pyproject.toml", "setup.cfg"),
    ),
    "script": Kind("a Python file with inline script metadata (PEP 723)", "projects.script"),
    "uv": Kind("a `uv.lock`", "projects.uv", ("uv.lock",)),
    "pylock": Kind("a `pylock.toml` (PEP 751)", "projects.pylock", ("pylock.toml",)),
    "poetry": Kind(
        "a `poetry.lock`, with the `pyproject.toml` beside it", "projects.poetry", ("poetry.lock",)
    ),
    "pipfile": Kind("a `Pipfile`, or its `Pipfile.lock`", "projects.pipfile", ("Pipfile", "Pipfile.lock")),
    "pixi": Kind(
        "a `pixi.toml`, a `pyproject.toml` with `[tool.pixi]`, or a `pixi.lock`",
        "projects.pixi",
        ("pixi.toml", "pyproject.toml", "pixi.lock"),
    ),
    "conda-lock": Kind("a `conda-lock.yml`", "projects.conda_lock", ("conda-lock.yml", "conda-lock.yaml")),
}


def reader(kind: str) -> Callable[[Asked], Spec]:
    """The `read` of a kind in `KINDS`; it may raise `Failure`."""
    read: Callable[[Asked], Spec] = import_module(f"envspec.importing.{KINDS[kind].module}").read
    return read


def finder(kind: str) -> Callable[[Path], Path | None]:
    """The `find` of a kind with `names`: the place of a name, None for a path; it may raise `Failure`."""
    find: Callable[[Path], Path | None] = import_module(f"envspec.importing.{KINDS[kind].module}").find
    return find
