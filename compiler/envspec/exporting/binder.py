"""The files of mybinder.org and repo2docker: a folder `binder` at the root of the repository.

With conda packages `environment.yml` holds all of it, else `requirements.txt` and `runtime.txt`. System packages are in
`apt.txt`, variables in `start`, which starts the server, scripts of the image in `postBuild`,
which runs at the end and not as root. repo2docker reads paths in `requirements.txt` from the root of the repository,
those in `environment.yml` from its folder.
"""

from __future__ import annotations

import shlex

from envspec.exporting.conda import conda_document
from envspec.exporting.fields import FORMS, USES_CONDA, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.exporting.pip import requirement_lines
from envspec.lower.base_image import python_minor
from envspec.lower.yaml_text import yaml_text

FORM = "repo2docker"


def export(request: SpecRequest) -> Export:
    environment = request.environment
    head = f"# Made by `envspec export binder {environment.id}`."
    files: dict[str, str] = {}
    if environment.uses_conda:
        document, losses = conda_document(request, environment)
        document.pop(
            "variables", None
        )  # repo2docker makes its own environment of it, which does not keep them
        files["environment.yml"] = f"{head}\n{yaml_text(document)}"
    else:
        root = f"./{request.below}" if request.below else "."
        lines, losses = requirement_lines(request, environment, "requirements.txt", root=root)
        files["requirements.txt"] = "".join(f"{line}\n" for line in (head, *lines))
        minor = python_minor(environment, None)
        if environment.python:
            files["runtime.txt"] = f"python-{minor}\n"
            if environment.python != minor:
                losses.append(f"`python` (`{environment.python}`): runtime.txt holds one version, {minor}")
    if environment.apt:
        files["apt.txt"] = "".join(f"{package}\n" for package in environment.apt)
    variables = {name: value for name, value in environment.variables.items() if isinstance(value, str)}
    if variables:
        exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        files["start"] = "\n".join(["#!/bin/sh", head, *exports, 'exec "$@"', ""])
    if environment.docker.run:
        scripts = [f"/bin/sh -c {shlex.quote(script)}" for script in environment.docker.run]
        files["postBuild"] = "\n".join(["#!/bin/sh", head, "set -e", *scripts, ""])
        losses.append("`docker.run`: postBuild runs at the end and not as root; what needs root fails there")
    names = held(FORMS["binder"].environment, USES_CONDA if environment.uses_conda else "")
    return Export("", (*losses, *environment_losses(environment, FORM, names)), files)
