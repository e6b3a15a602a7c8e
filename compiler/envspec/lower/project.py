"""Everything that `compile -o DIR` writes: `environments/ID/…`, `deployments/ID/…` and `manifest.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.types import Deployment, Project
from envspec.lock.model import Lock
from envspec.lower.context import ContextFile, text_file
from envspec.lower.deployment import lower_deployment
from envspec.lower.environment import PORTABLE, lower_environment
from envspec.lower.files import ProjectFiles
from envspec.lower.manifest import deployment_entry, environment_entry, file_hashes, manifest_text
from envspec.lower.source import project_source, source_digest

MANIFEST = "manifest.json"

Sources = Callable[[Deployment], Mapping[str, ContextFile]]
"""Gives a deployment's source files, by path inside its source folder."""


def lower_project(
    project: Project,
    lock: Lock,
    files: ProjectFiles,
    server: Mapping[str, bytes],
    server_version: int,
    *,
    builder: str = PORTABLE,
    sources: Sources | None = None,
) -> dict[str, ContextFile]:
    """The files of the output folder, by path. Registered environments are among those of the project.

    `lock` has the entries that fit the spec as it is, and no stale one; without `sources` everything in a
    source folder belongs to it. Raises `Failure` with everything that cannot be lowered.
    """
    output: dict[str, ContextFile] = {}
    environments: dict[str, Any] = {}
    deployments: dict[str, Any] = {}
    trouble: list[Diagnostic] = []
    locks = lock.environments
    for key, environment in project.environments.items():
        try:
            context = lower_environment(environment, locks.get(key), files, builder=builder)
        except Failure as failure:
            trouble += failure.diagnostics
            continue
        entry = environment_entry(environment, locks.get(key), files)
        environments[key] = {**entry, "files": file_hashes(context, files)}
        output |= {f"environments/{key}/{path}": file for path, file in context.files.items()}
    for key, deployment in project.deployments.items():
        if deployment.environment not in environments:
            continue  # it could not be lowered, and that was said
        assert isinstance(deployment.environment, str)
        source = sources(deployment) if sources else project_source(files, deployment.source)
        environment = project.environments[deployment.environment]
        locked = locks.get(environment.id)
        context = lower_deployment(
            project, deployment, environment, locked, files, source, server, builder=builder
        )
        entry = deployment_entry(
            deployment, environments[environment.id], source_digest(source, files), server_version
        )
        deployments[key] = {**entry, "files": file_hashes(context, files)}
        output |= {f"deployments/{key}/{path}": file for path, file in context.files.items()}
    if trouble:
        raise Failure(trouble)
    output[MANIFEST] = text_file(manifest_text(environments, deployments))
    return dict(sorted(output.items()))
