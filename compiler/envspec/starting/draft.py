"""A spec before it is text: what `plan` decides, what an importer makes, and what `writing` writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Word(NamedTuple):
    """An argument of a command: a text, or a reference such as `outputs.model`."""

    text: str
    is_reference: bool = False


@dataclass(slots=True)
class IndexDraft:
    name: str
    url: str


@dataclass(slots=True)
class EnvironmentDraft:
    """`comments` stand above the attribute of that name."""

    name: str
    python: str = ""
    pyproject: str = ""
    requirements: list[str] = field(default_factory=list)
    conda_file: str = ""
    channels: list[str] = field(default_factory=list)
    conda: list[str] = field(default_factory=list)
    pip: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    image: str = ""
    comments: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RunDraft:
    """An empty `environment` is one that is found in the source. `inputs` are references."""

    name: str
    environment: str
    command: list[Word]
    source: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    comment: str = ""


@dataclass(slots=True)
class ModelDraft:
    """`origin` is a reference such as `run.train.outputs.model`; `path` is one where there is none."""

    name: str
    origin: str
    path: str = ""


@dataclass(slots=True)
class DeploymentDraft:
    name: str
    environment: str
    entry: str
    source: str = ""
    models: list[str] = field(default_factory=list)
    sample: str = ""
    port: int = 0


class ParamDraft(NamedTuple):
    """A path; without a default it is needed only by what reaches it. `likely` is one that is not there yet."""

    name: str
    default: str = ""
    likely: str = ""


@dataclass(slots=True)
class Draft:
    """Blocks in the order in which they are written."""

    title: str
    params: list[ParamDraft] = field(default_factory=list)
    indexes: list[IndexDraft] = field(default_factory=list)
    environments: list[EnvironmentDraft] = field(default_factory=list)
    runs: list[RunDraft] = field(default_factory=list)
    models: list[ModelDraft] = field(default_factory=list)
    deployments: list[DeploymentDraft] = field(default_factory=list)
