"""Environments of Azure ML: a base image with a conda file, a Dockerfile, or an image as it is."""

from __future__ import annotations

import posixpath
from typing import Any

from envspec.exporting.azureml.put_back import put_back
from envspec.exporting.conda import conda_document
from envspec.exporting.fields import CUDA_IMAGE, FORMS, NO_DOCKERFILE, NOT_MANAGED, ONLY_SPARK, USED, held
from envspec.exporting.interface import SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.frozen import replace
from envspec.ir.types import Environment
from envspec.packages.azureml_tags import INLINE, MARK, other_tags, values_of
from envspec.packages.cuda_image import cuda_image

SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
FORM = "an environment of Azure ML"
_BASE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest"


def conda_name(environment: Environment) -> str:
    return f"conda-{environment.id}.yml"


def environment_name(environment: Environment) -> str:
    return f"environment-{environment.id}.yml"


def is_inline(environment: Environment) -> bool:
    """Whether it stands inside of what uses it, as it did where an import found it."""
    return environment.tags.get(MARK) == INLINE


def environment_in(request: SpecRequest, environment: Environment) -> str | dict[str, Any]:
    """How a job or deployment says its environment: by the name of a file, or whole."""
    if not is_inline(environment):
        return f"file:{environment_name(environment)}"
    return put_back(request, {**environment_of(request, environment), **notes(environment)}, environment.tags)


def notes(block: Any) -> dict[str, Any]:
    """Description and tags of a block."""
    found = {"description": block.description, "tags": other_tags(block.tags)}
    return {key: value for key, value in found.items() if value}


def conda_of(request: SpecRequest, environment: Environment) -> dict[str, Any] | None:
    """What the conda file holds; None for an environment whose image has all of it. Azure makes the image far from the
    project, so it has no local packages."""
    if not environment.managed or environment.docker.dockerfile or _is_elsewhere(environment):
        return None
    packages = tuple(package for package in environment.pip if package.kind == "requirement")
    document, _ = conda_document(request, replace(environment, pip=packages, variables={}))
    return document


def environment_of(request: SpecRequest, environment: Environment) -> dict[str, Any]:
    """The keys of an environment."""
    docker = environment.docker
    if docker.dockerfile:
        place = request.place(docker.dockerfile)
        folder, name = posixpath.split(place)
        named = (
            {"dockerfile_path": name} if name != "Dockerfile" else {}
        )  # the one that Azure takes by itself
        return {"build": {"path": folder, **named}}
    if "build.path" in values_of(environment.tags):
        return {}
    image = docker.image or (cuda_image(docker.cuda) if docker.cuda else "") or _BASE
    if not environment.managed or _is_elsewhere(environment):
        return {"image": image}
    return {"image": image, "conda_file": f"./{conda_name(environment)}"}


def _is_elsewhere(environment: Environment) -> bool:
    """Whether all that is known of its packages, or its image, is where they are written: an import found no such file."""
    kept = values_of(environment.tags)
    return not (environment.conda or environment.pip) and not kept.keys().isdisjoint(
        ("conda_file", "build.path")
    )


def losses_of(request: SpecRequest, environment: Environment, *, used: bool, spark: bool) -> list[str]:
    """`used`: jobs or deployments have its variables. `spark`: they have what configures Spark."""
    docker = environment.docker
    losses = []
    when: list[str] = [USED] if used else []
    if not docker.dockerfile:
        when.append(NO_DOCKERFILE if environment.managed else NOT_MANAGED)
        if not (docker.image or docker.cuda or _is_elsewhere(environment)):
            losses.append(
                f"`docker.image` of `{environment.id}`: it says none, and Azure needs one: `{_BASE}`"
            )
        if docker.cuda and not docker.image and cuda_image(docker.cuda):
            when.append(CUDA_IMAGE)
    if spark:
        when.append(ONLY_SPARK)
    names = held(FORMS["azureml"].environment, *when)
    return losses + environment_losses(environment, FORM, names, named=True)
