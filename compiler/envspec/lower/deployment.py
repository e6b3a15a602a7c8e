"""A deployment becomes a build context that knows no model: environment, scoring server and code.

What always holds, beyond what `environment` promises: models are in no layer; variables, secrets, port and
limits are in `compose.yaml`, not in the image, so that changing them builds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.ir.types import Deployment, Environment, Project
from envspec.lock.model import LockedEnvironment
from envspec.lower.context import (
    BuildContext,
    ContextFile,
    build_context,
    text_file,
)
from envspec.lower.environment import DEFAULT_USER, PORTABLE, environment_stages, ignore_file
from envspec.lower.files import ProjectFiles
from envspec.lower.templates import render, static

SOURCE = "/opt/envspec/source"
SERVER = "/opt/envspec/server"
MANAGED_PYTHON = "/opt/envspec/env/bin/python"


def lower_deployment(
    project: Project | None,
    deployment: Deployment,
    environment: Environment,
    locked: LockedEnvironment | None,
    files: ProjectFiles,
    source: Mapping[str, ContextFile],
    server: Mapping[str, bytes],
    *,
    builder: str = PORTABLE,
    platform: str = "",
    image: str = "",
) -> BuildContext:
    """`source` maps paths inside the source folder to files, `server` those of `server.distribution`; `image`
    is the tag that compose gives what it builds. Without a `project` there is no `compose.yaml`, which a builder has
    no use for. Raises `Failure` (E07) as `lower_environment` does."""
    stages = environment_stages(
        environment, locked, files, builder=builder, platform=platform, continued=True
    )
    ending = render(
        "deployment.Dockerfile.j2",
        managed=environment.managed,
        python=python_of(environment),
        entry=f"{SOURCE}/{deployment.entry}",
        user=environment.docker.user or DEFAULT_USER,
    )
    context = {
        **stages.files,
        **{f"server/{path}": ContextFile(content) for path, content in server.items()},
        **{f"source/{path}": file for path, file in source.items()},
        "build/health_probe.py": text_file(static("health_probe.py")),
        "Dockerfile": text_file(stages.dockerfile + ending),
        ".dockerignore": ignore_file((*stages.ignore, "!server", "!source")),
    }
    if project is not None:
        from envspec.lower.compose import compose_file

        context["compose.yaml"] = text_file(compose_file(project, deployment, environment, image))
    return build_context(context)


def python_of(environment: Environment) -> str:
    """The interpreter inside the image."""
    return MANAGED_PYTHON if environment.managed else environment.interpreter or "python3"
