"""The environment of an `MLproject`: `conda_env`, `python_env` or `docker_env`, one of them."""

from __future__ import annotations

from envspec.importing.entries import Packages
from envspec.importing.fields.mlproject import MLPROJECT
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.spec import Block, Spec, Text, Written
from envspec.importing.tools.document import Keys
from envspec.importing.tools.environment_file import read_environment
from envspec.importing.tools.image_parts import add_image
from envspec.importing.variables import Variables

_DEFAULT = "conda.yaml"
_FROM_CALLER = reason_of(MLPROJECT, "docker_env.environment", "it has no value")
_DOCKER = reasons(MLPROJECT, "docker_env.")


def add_environment(
    root: Keys, packages: Packages, environment: Block, variables: Variables, spec: Spec
) -> bool:
    """Whether the project says what its environment is."""
    docker = root.keys("docker_env")
    if docker.node.entries:
        _docker(docker, environment, variables)
        for name in ("conda_env", "python_env"):
            root.dropped(name, "`docker_env` is what MLflow takes")
        return True
    document = root.document
    named = None if root.scalar("name").text else spec
    for name in ("python_env", "conda_env"):
        file = root.file(name)
        if file is not None:
            root.carried(name, "environment")
            read_environment(document.asked, packages, environment, file, named)
            if name == "python_env":
                root.dropped("conda_env", "`python_env` says what the environment is")
            return True
    default = document.folder / _DEFAULT
    if not root.node.entries.keys() & {"conda_env", "python_env"} and default.is_file():
        read_environment(document.asked, packages, environment, default, named)
        return True
    return bool(root.node.entries.keys() & {"conda_env", "python_env"})


def _docker(docker: Keys, environment: Block, variables: Variables) -> None:
    """The image has Python and everything else; MLflow runs the command in it."""
    if add_image(docker, "image", environment):
        environment.add("managed", Written("false"))
        environment.add("interpreter", Text("python"))
    for node in docker.items("environment"):
        pair = [one for one in node.items if one.kind == "scalar"]
        if node.kind == "scalar":
            variables.read_from_caller(node.text, docker.document.shown, node.line, reason=_FROM_CALLER)
        elif len(pair) == 2 == len(node.items):
            variables.add(pair[0].text, pair[1].text, docker.document.shown, node.line)
        else:
            docker.dropped("environment", "it is neither a name nor a name and a value", node, value=False)
    for node in docker.items("volumes"):
        docker.dropped("volumes", _DOCKER["volumes"], node)
    docker.rest(_DOCKER[OTHER])
