"""`environment.yml`: what the spec says, for conda, mamba and micromamba.

Packages in their canonical text; Python, where `python` says one; what pip installs in a list of its own, with its
indexes and paths. Where the spec has `python`, which conda files have not, `pip` is added for that list, because conda
would add it with a warning. Any other spec comes out as it is: one that was imported from such a file is that file again,
without channels where it left them to conda, and without a `pip` that conda adds by itself.
"""

from __future__ import annotations

from typing import Any

from envspec.exporting.fields import CONDA_PLATFORMS, FORMS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.exporting.pip import constraint_lines, requirement_lines
from envspec.ir.types import CondaPackage, Environment
from envspec.lower.conda_inputs import conda_python
from envspec.lower.yaml_text import yaml_text

FORM = "environment.yml"
_SUBDIRS = {
    "linux/amd64": "linux-64",
    "linux/arm64": "linux-aarch64",
    "linux/ppc64le": "linux-ppc64le",
    "linux/s390x": "linux-s390x",
    "darwin/amd64": "osx-64",
    "darwin/arm64": "osx-arm64",
}


def export(request: SpecRequest) -> Export:
    environment = request.environment
    document, losses = conda_document(request, environment, completed=bool(environment.python))
    if platforms := (*environment.docker.platforms, *environment.lock_platforms):  # conda-lock reads it
        document["platforms"] = [_SUBDIRS[one] for one in dict.fromkeys(platforms) if one in _SUBDIRS]
    text = f"# Made by `envspec export conda {environment.id}`.\n{yaml_text(document)}"
    when = (
        (CONDA_PLATFORMS,) if all(platform in _SUBDIRS for platform in environment.docker.platforms) else ()
    )
    known = held(FORMS["conda"].environment, *when)
    if not (environment.pip and request.constraints.get(environment.id)):
        known -= {"constraints"}
    lost = environment_losses(environment, FORM, known)
    return Export(text, (*losses, *lost))


def conda_document(
    request: SpecRequest, environment: Environment, *, completed: bool = True
) -> tuple[dict[str, Any], list[str]]:
    """The file's keys in their usual order, and what of the pip list has no place. `completed` with what conda's own
    settings would say, or conda would add."""
    pip, losses = requirement_lines(request, environment, FORM)
    dependencies: list[Any] = conda_dependencies(environment)
    if not completed and not environment.conda:
        dependencies = []
    if pip:
        pip = [*constraint_lines(request, environment), *pip]
        if completed and all(package.name != "pip" for package in environment.conda):
            dependencies.append("pip")
        dependencies.append({"pip": pip})
    document: dict[str, Any] = {"name": environment.id}
    if completed or environment.channels:
        document["channels"] = channels_of(environment)
    document["dependencies"] = dependencies
    variables = {name: value for name, value in environment.variables.items() if isinstance(value, str)}
    if variables:
        document["variables"] = variables
    return document, losses


def channels_of(environment: Environment) -> list[str]:
    return [channel.url or channel.name for channel in environment.channels] or ["conda-forge"]


def conda_dependencies(environment: Environment) -> list[str]:
    """The conda packages in the order of the spec, Python before them where only `python` says it, or where nothing
    else would bring it."""
    specs = list(dict.fromkeys(_with_address(environment, package) for package in environment.conda))
    named = any(package.name == "python" for package in environment.conda)
    if environment.python:
        python = f"python {conda_python(environment.python)}"
        return [python, *(spec for spec in specs if spec != python)]
    return specs if named or environment.conda else ["python"]


def _with_address(environment: Environment, package: CondaPackage) -> str:
    """A `channel` block's id in front of `::` is known to the spec only: its address is written."""
    prefix, separator, rest = package.spec.partition("::")
    if not separator:
        return package.spec
    address = next((one.url for one in environment.channels if one.name == prefix and one.url), prefix)
    return f"{address}::{rest}"
