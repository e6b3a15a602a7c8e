"""Environments of Azure ML: a base image with a conda file, a Dockerfile, or an image as it is."""

from __future__ import annotations

import posixpath
from typing import Any

from envspec.exporting.conda import conda_document
from envspec.exporting.fields import CUDA_IMAGE, FORMS, NO_DOCKERFILE, NOT_MANAGED, ONLY_SPARK, USED, held
from envspec.exporting.interface import SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.frozen import replace
from envspec.ir.types import Environment
from envspec.packages.cuda_image import cuda_image

SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
FORM = "an environment of Azure ML"
_BASE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest"


def conda_name(environment: Environment) -> str:
    return f"conda-{environment.id}.yml"


def environment_name(environment: Environment) -> str:
    return f"environment-{environment.id}.yml"


def environment_file(environment: Environment) -> str:
    """How a job or deployment names the file of its environment."""
    return f"file:{environment_name(environment)}"


def conda_of(request: SpecRequest, environment: Environment) -> dict[str, Any] | None:
    """What the conda file holds; None for an environment whose image has all of it. Azure makes the image far from the
    project, so it has no local packages."""
    if not environment.managed or environment.docker.dockerfile:
        return None
    packages = tuple(package for package in environment.pip if package.kind == "requirement")
    document, _ = conda_document(request, replace(environment, pip=packages, variables={}))
    return document


def environment_of(request: SpecRequest, environment: Environment) -> dict[str, Any]:
    """The keys of an environment."""
    docker = environment.docker
    if docker.dockerfile:
        place = request.place(docker.dockerfile)
        return {"build": {"path": posixpath.dirname(place), "dockerfile_path": posixpath.basename(place)}}
    image = docker.image or (cuda_image(docker.cuda) if docker.cuda else "") or _BASE
    if not environment.managed:
        return {"image": image}
    return {"image": image, "conda_file": f"./{conda_name(environment)}"}


def losses_of(request: SpecRequest, environment: Environment, *, used: bool, spark: bool) -> list[str]:
    """`used`: jobs or deployments have its variables. `spark`: they have what configures Spark."""
    docker = environment.docker
    losses = []
    when: list[str] = [USED] if used else []
    if not docker.dockerfile:
        when.append(NO_DOCKERFILE if environment.managed else NOT_MANAGED)
        if not (docker.image or docker.cuda):
            losses.append(
                f"`docker.image` of `{environment.id}`: it says none, and Azure needs one: `{_BASE}`"
            )
        if docker.cuda and not docker.image and cuda_image(docker.cuda):
            when.append(CUDA_IMAGE)
    if spark:
        when.append(ONLY_SPARK)
    names = held(FORMS["azureml"].environment, *when)
    return losses + environment_losses(environment, FORM, names, named=True)
