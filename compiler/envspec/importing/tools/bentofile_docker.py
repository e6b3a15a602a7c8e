"""`docker` of a `bentofile.yaml`: the image that a Bento is built into."""

from __future__ import annotations

import re
from pathlib import Path

from envspec.importing.asked import read_text, unread
from envspec.importing.entries import Packages
from envspec.importing.fields.bentofile import BENTOFILE_YAML
from envspec.importing.fields.row import reason_of
from envspec.importing.spec import Block, Item
from envspec.importing.tools.document import Keys
from envspec.importing.tools.image_parts import (
    BEFORE_PYTHON,
    add_apt,
    add_image,
    add_python,
    append_scripts,
    script_value,
)
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node

_IGNORED = "BentoML does not read it with a `base_image`"
_END = "END_OF_SETUP_SCRIPT"


def add_docker(docker: Keys, environment: Block, packages: Packages, variables: Variables) -> None:
    """All but `cuda_version` of an image without `base_image`: that needs to know the packages."""
    if add_image(docker, "base_image", environment):
        for name in ("distro", "python_version", "cuda_version"):
            docker.dropped(name, _IGNORED)
        docker.dropped_each("system_packages", _IGNORED)
    else:
        _distribution(docker)
        _python(docker, environment)
        add_apt(docker, "system_packages", environment)
    _variables(docker, variables)
    _setup_script(docker, environment)
    docker.dropped("dockerfile_template", reason_of(BENTOFILE_YAML, "docker.dockerfile_template"))


def _distribution(docker: Keys) -> None:
    if docker.scalar("distro").text == "debian":
        docker.carried("distro", "docker")
    else:
        docker.dropped("distro", reason_of(BENTOFILE_YAML, "docker.distro", "it is not Debian"))


def _python(docker: Keys, environment: Block) -> None:
    text = docker.scalar("python_version").text
    if patch := re.fullmatch(r"([0-9]+\.[0-9]+)\.\w+", text):
        from envspec.importing.spec import Text
        from envspec.packages.package import PackageProblem
        from envspec.packages.python_version import parse_python

        if not isinstance(parse_python(patch[1]), PackageProblem):
            environment.add("python", Text(patch[1]))
            docker.changed(
                "python_version", f"python = {patch[1]}", "BentoML installs the latest of the minor too"
            )
            return
    if text:
        add_python(docker, "python_version", environment, text)


def _variables(docker: Keys, variables: Variables) -> None:
    """A list of `NAME=value`, a mapping, or the path of a file with such lines."""
    node, shown = docker.node_of("env"), docker.document.shown
    if node.kind == "mapping":
        given = docker.keys("env")
        for name in node.entries:
            if (value := given.scalar(name)).kind:
                variables.add(name, value.text, shown, value.line)
    elif node.kind == "scalar":
        _file_of_variables(docker, node, variables)
    else:
        for one in docker.scalars("env"):
            name, equals, value_ = one.text.partition("=")
            if equals:
                variables.add(name.strip(), value_, shown, one.line)
            else:
                docker.dropped("env", "it has no `=`", one, value=False)


def _file_of_variables(docker: Keys, node: Node, variables: Variables) -> None:
    document = docker.document
    path = _file(docker, "env", node)
    if path is None:
        return
    shown = document.asked.shown(path)
    docker.carried("env", "variables")
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        if equals and not name.startswith("#"):
            variables.add(name.strip(), value, shown, number)
        elif line.strip() and not line.lstrip().startswith("#"):
            document.asked.report.dropped("a line without `=`", shown, number, "it sets no variable")


def _file(docker: Keys, key: str, node: Node) -> Path | None:
    """The file that a key names; None, which is told, when it is outside of the project or not there."""
    document = docker.document
    if "\0" in node.text or document.asked.place(node.text, document.folder) is None:
        docker.dropped(key, "it is outside of the project")
        return None
    path = document.folder / node.text
    gone = unread(path, node.text)
    if gone is not None:
        docker.dropped(key, gone.reason, mark=gone.mark(node.text, node))
        return None
    return path


def _setup_script(docker: Keys, environment: Block) -> None:
    """The text of the script, written out; with another interpreter than `sh`, it is run by that."""
    node = docker.scalar("setup_script")
    if not node.text:
        return
    path = _file(docker, "setup_script", node)
    if path is None:
        return
    text = read_text(path).replace("\r\n", "\n")
    if "\0" in text or _END in text or not text.strip():
        docker.dropped("setup_script", "it is no script that could be written out")
        return
    first = text.split("\n", 1)[0]
    if first.startswith("#!") and not re.fullmatch(r"#!\s*/bin/sh\s*", first):
        body = text if text.endswith("\n") else f"{text}\n"
        text = f"cat > /tmp/setup_script << '{_END}'\n{body}{_END}\nchmod +x /tmp/setup_script\n/tmp/setup_script\n"
        text += "rm /tmp/setup_script\n"
    append_scripts(environment, [Item(script_value(text))])
    docker.changed("setup_script", "docker.run", f"it is written out; {BEFORE_PYTHON}")
