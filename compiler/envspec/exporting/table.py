"""The kinds of `envspec export`. Adding one is a file with `export`, and a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Literal, TypeAlias

from envspec.exporting.interface import Export
from envspec.frozen import Frozen, frozen

Takes: TypeAlias = Literal["environment", "deployment", "blocks"]
"""What is asked for: one environment; one deployment; or runs and deployments of a name, all of the file without one."""


@frozen
class Kind(Frozen):
    """`module` is the file here that has `export`.

    `locked`: it is made of the lock, so the environment is locked first. For these: `several`: one file is for many
    platforms; `addresses` and `md5` are needed, and asked of the indexes and channels.

    `params`: it has inputs of its own, so it is told where params are used; `constraints`: it can name files of them;
    `keeps`: it writes what an import of its own format kept in tags, also in the place of params without a value.

    `made_of`: the blocks that it is made of, where these are not what is asked for: the first is what most would write.

    `folder`: it writes several files, into a folder that must be named. `unmanaged`: an environment that is used as
    it is (`managed = false`) has a form too."""

    summary: str
    module: str
    takes: Takes = "environment"
    locked: bool = False
    several: bool = False
    addresses: bool = False
    md5: bool = False
    folder: bool = False
    unmanaged: bool = False
    params: bool = False
    constraints: bool = False
    keeps: bool = False
    made_of: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks that it is made of."""
        return self.made_of or (self.takes,)


KINDS: Mapping[str, Kind] = {
    "pylock": Kind(
        "pylock.toml (PEP 751), for uv and pip", "pylock", locked=True, several=True, addresses=True
    ),
    "requirements": Kind("requirements.txt with hashes, for pip and uv", "requirements", locked=True),
    "explicit": Kind("an @EXPLICIT list, for conda, mamba and micromamba", "explicit", locked=True),
    "conda-lock": Kind(
        "conda-lock.yml, version 1", "conda_lock", locked=True, several=True, addresses=True, md5=True
    ),
    "conda": Kind("environment.yml as the spec says it", "conda", constraints=True),
    "pip": Kind("requirements.txt as the spec says it", "pip", constraints=True),
    "pyproject": Kind("a [dependency-groups] table (PEP 735)", "pyproject"),
    "devcontainer": Kind("devcontainer.json, for editors", "devcontainer", unmanaged=True),
    "binder": Kind("the files of mybinder.org and repo2docker", "binder", folder=True),
    "mlproject": Kind("an MLproject of MLflow, with the runs", "mlproject", folder=True),
    "compose": Kind("compose.yaml of a deployment", "compose", takes="deployment", unmanaged=True),
    "kubernetes": Kind(
        "Jobs, Deployments and Services",
        "kubernetes.front",
        takes="blocks",
        unmanaged=True,
        made_of=("run", "deployment"),
    ),
    "github-actions": Kind(
        "a workflow that does the runs", "github.workflow", takes="blocks", made_of=("run",)
    ),
    "azureml": Kind(
        "Azure ML jobs, endpoints and environments",
        "azureml.front",
        takes="blocks",
        folder=True,
        params=True,
        keeps=True,
        made_of=("environment", "run", "deployment", "model"),
    ),
}


def exporter(kind: str) -> Callable[[Any], Export]:
    """The `export` of a kind in `KINDS`: of an `ExportRequest` where it is locked, else of a `SpecRequest`. It may raise
    `Failure`."""
    export: Callable[[Any], Export] = import_module(f"envspec.exporting.{KINDS[kind].module}").export
    return export
