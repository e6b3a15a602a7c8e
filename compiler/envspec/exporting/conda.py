"""`environment.yml`: what the spec says, for conda, mamba and micromamba.

Packages in their canonical text; Python, where `python` says one; what pip installs in a list of its own, with its
indexes and paths. `pip` itself is added where that list needs it, because conda would add it with a warning.
"""

from __future__ import annotations

from typing import Any

from envspec.exporting.fields import FORMS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.exporting.pip import requirement_lines
from envspec.ir.types import CondaPackage, Environment
from envspec.lower.conda_inputs import conda_python
from envspec.lower.yaml_text import yaml_text

FORM = "environment.yml"
HELD = held(FORMS["conda"].environment)


def export(request: SpecRequest) -> Export:
    environment = request.environment
    document, losses = conda_document(request, environment)
    text = f"# Made by `envspec export conda {environment.id}`.\n{yaml_text(document)}"
    return Export(text, (*losses, *environment_losses(environment, FORM, HELD)))


def conda_document(request: SpecRequest, environment: Environment) -> tuple[dict[str, Any], list[str]]:
    """The file's keys in their usual order, and what of the pip list has no place."""
    pip, losses = requirement_lines(request, environment, FORM)
    dependencies: list[Any] = conda_dependencies(environment)
    if pip:
        if all(package.name != "pip" for package in environment.conda):
            dependencies.append("pip")
        dependencies.append({"pip": pip})
    document: dict[str, Any] = {
        "name": environment.id,
        "channels": channels_of(environment),
        "dependencies": dependencies,
    }
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
