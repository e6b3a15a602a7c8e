"""`devcontainer.json` (containers.dev): the base image, and commands that install what the spec says when the container
is made.

A command is text for a shell, so every word of the spec is quoted there. The form puts values in the place of
`${localEnv:…}` and a few like it, in any string and without a way to write them plainly: in a command such a text is
taken apart, a variable that has it is left out and told.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from typing import Any

from envspec.exporting.conda import channels_of, conda_dependencies
from envspec.exporting.fields import A_DOCKERFILE, FORMS, NO_BASE, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.exporting.pip import requirement_line
from envspec.ir.types import Environment, SecretRef
from envspec.lazy_pattern import lazy_pattern
from envspec.lower.base_image import base_image, python_minor

FORM = "devcontainer.json"
_MINIFORGE = "condaforge/miniforge3:latest"
_CONDA_FEATURE = "ghcr.io/devcontainers/features/conda:1"
_FILLED = lazy_pattern(
    r"\$\{(?:env|localEnv|containerEnv|localWorkspaceFolder|containerWorkspaceFolder|devcontainerId"
    r"|localWorkspaceFolderBasename|containerWorkspaceFolderBasename)[:}]"
)
_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")


def export(request: SpecRequest) -> Export:
    environment = request.environment
    losses: list[str] = []
    document: dict[str, Any] = {"name": environment.id, **_base(request, environment, losses)}
    steps = {
        "onCreateCommand": _system(environment),
        "updateContentCommand": _packages(request, environment, losses),
    }
    document |= {name: " && ".join(commands) for name, commands in steps.items() if commands}
    document |= _variables(request, environment, losses)
    if environment.docker.cuda:
        document["hostRequirements"] = {"gpu": "optional"}
    if environment.docker.shm_size:
        document["runArgs"] = [f"--shm-size={environment.docker.shm_size}"]
    text = json.dumps(document, indent=4, ensure_ascii=False) + "\n"
    based = environment.docker.image or "build" in document
    when = (A_DOCKERFILE if "build" in document else "", "" if based else NO_BASE)
    losses += environment_losses(environment, FORM, held(FORMS["devcontainer"].environment, *when))
    return Export(f"// Made by `envspec export devcontainer {environment.id}`.\n{text}", tuple(losses))


def _base(request: SpecRequest, environment: Environment, losses: list[str]) -> dict[str, Any]:
    docker = environment.docker
    uses_conda = environment.managed and environment.uses_conda
    if docker.dockerfile:
        place = request.place(docker.dockerfile)
        build: dict[str, Any] = {"dockerfile": place, "context": posixpath.dirname(place) or "."}
        if docker.arguments:
            build["args"] = dict(docker.arguments)
        base: dict[str, Any] = {"build": build}
    elif uses_conda and not (docker.image or docker.cuda):
        return {"image": _MINIFORGE}
    else:
        minor = python_minor(environment, None)
        image = base_image(environment, None)
        if not image:
            losses.append(
                f"`docker.cuda` (`{docker.cuda}`): no image with it is known; name one as `docker.image`"
            )
            image = f"python:{minor}-slim"
        base = {"image": image}
    if environment.python and not uses_conda:
        which = (
            "the image's own"
            if docker.image or docker.cuda or docker.dockerfile
            else python_minor(environment, None)
        )
        if which != environment.python:
            losses.append(f"`python` (`{environment.python}`): the container has {which}")
    if uses_conda:
        base["features"] = {_CONDA_FEATURE: {}}
    return base


def _system(environment: Environment) -> list[str]:
    """What is done as root when the container is made: system packages, then scripts in order."""
    commands = []
    if environment.apt:
        packages = " ".join(map(_word, environment.apt))
        commands += ["apt-get update", f"apt-get install --yes --no-install-recommends {packages}"]
    return commands + [f"/bin/sh -c {_word(script)}" for script in environment.docker.run]


def _packages(request: SpecRequest, environment: Environment, losses: list[str]) -> list[str]:
    if not environment.managed:
        return []
    commands, pip = [], ["python3", "-m", "pip", "install"]
    if environment.uses_conda:
        channels = [word for channel in channels_of(environment) for word in ("--channel", channel)]
        specs = [*conda_dependencies(environment), *(["pip"] if environment.pip else [])]
        create = [
            "conda",
            "create",
            "--yes",
            "--name",
            environment.id,
            "--override-channels",
            *channels,
            *specs,
        ]
        commands.append(" ".join(map(_word, create)))
        pip = ["conda", "run", "--name", environment.id, *pip]
        losses.append(f"the interpreter: choose `/opt/conda/envs/{environment.id}/bin/python` in the editor")
    indexes = [
        word for index in environment.indexes if index.url for word in ("--extra-index-url", index.url)
    ]
    packages: list[str] = []
    for package in environment.pip:
        line = requirement_line(request, package, ".")
        packages += shlex.split(line) if package.kind == "editable" else [line]
    if packages:
        commands.append(" ".join(map(_word, [*pip, *indexes, *packages])))
    return commands


def _variables(request: SpecRequest, environment: Environment, losses: list[str]) -> dict[str, Any]:
    """Values, and secrets by name: those of a variable come from the caller's, all are asked for by name."""
    values: dict[str, str] = {}
    remote: dict[str, str] = {}
    secrets: dict[str, Any] = {}
    for name, value in environment.variables.items():
        if isinstance(value, SecretRef):
            secret = request.project.secrets.get(value.name)
            source = secret.source if secret is not None and secret.kind == "variable" else ""
            if isinstance(source, str) and _NAME.fullmatch(source):
                remote[name] = f"${{localEnv:{source}}}"
            else:
                secrets[name] = {"description": f"the secret {value.name}"}
        elif _FILLED.search(value):
            losses.append(f"`{name}`: {FORM} would put something else in the place of its `${{…}}`")
        else:
            values[name] = value
    found = {"containerEnv": values, "remoteEnv": remote, "secrets": secrets}
    return {key: value for key, value in found.items() if value}


def _word(text: str) -> str:
    return re.sub(r"\$\{", "$''{", shlex.quote(text))
