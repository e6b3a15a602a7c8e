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
    "pyproject": Kind(
        "a `pyproject.toml` (PEP 621, Poetry, PDM, Hatch, uv) or `setup.cfg`",
        "projects.pyproject",
        ("pyproject.toml", "setup.cfg"),
    ),
    "script": Kind("a Python file with inline script metadata (PEP 723)", "projects.script"),
    "uv": Kind("a `uv.lock`", "projects.uv", ("uv.lock",)),
    "pylock": Kind("a `pylock.toml` (PEP 751)", "projects.pylock", ("pylock.toml",)),
    "poetry": Kind("a `poetry.lock`, with the `pyproject.toml` beside it", "projects.poetry", ("poetry.lock",)),
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
