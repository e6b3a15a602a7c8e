"""YAML of Azure ML's CLI v2: a file for each environment, job, endpoint and deployment, in a folder.

A run is a command job or a Spark job, a matrix a sweep over all of its choices; runs that take what others leave are
steps of a pipeline. Jobs and deployments name the file of their environment, so none has to be registered first. Azure
fills in `${{…}}` and `$[[…]]`: a text of the spec that has one is taken apart for the shell, or left out and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.exporting.azureml.environment import (
    SCHEMAS,
    conda_name,
    conda_of,
    environment_name,
    environment_of,
    is_inline,
    losses_of,
    notes,
)
from envspec.exporting.azureml.job import jobs
from envspec.exporting.azureml.put_back import put_back
from envspec.exporting.azureml.serving import models, serving
from envspec.exporting.azureml.spark import is_spark, needs_file
from envspec.exporting.interface import Export, SpecRequest
from envspec.lower.yaml_text import yaml_text


def export(request: SpecRequest) -> Export:
    files: dict[str, str] = {}
    losses: list[str] = []

    def add(name: str, document: Mapping[str, Any]) -> None:
        files[name] = f"# Made by `envspec export azureml`.\n{yaml_text(dict(document))}"

    for environment in request.environments:
        runs = [run for run in request.runs if run.environment == environment.id]
        deployed = any(one.environment == environment.id for one in request.deployments)
        if runs and not deployed and not any(needs_file(request, run) for run in runs):
            continue
        conda = conda_of(request, environment)
        if conda is not None:
            add(conda_name(environment), conda)
        if not is_inline(environment):
            head = {"$schema": f"{SCHEMAS}/environment.schema.json", "name": environment.id}
            document = {**head, **environment_of(request, environment), **notes(environment)}
            add(environment_name(environment), put_back(request, document, environment.tags))
        spark = bool(runs) and not deployed and all(is_spark(request, run) for run in runs)
        losses += losses_of(request, environment, used=bool(runs) or deployed, spark=spark)
    whole = {one.id for one in request.environments} == set(request.project.environments) and all(
        one in request.deployments for one in request.project.deployments.values()
    )
    alone = models(request) if whole and not request.runs and not request.deployments else ()
    for name, document, told in (*jobs(request), *serving(request, whole=whole), *alone):
        add(name, document)
        losses += told
    return Export("", tuple(dict.fromkeys(losses)), files, nothing=not files)
