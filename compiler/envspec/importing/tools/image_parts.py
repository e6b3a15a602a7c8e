"""Parts of an environment that other tools build images from: system packages, base image, CUDA, scripts, Python.

Each function takes a key of a file, writes the attribute and tells what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from envspec.frozen import replace
from envspec.importing.comments import Remarks
from envspec.importing.entries import Packages
from envspec.importing.spec import Block, Item, Items, Script, Text, Value
from envspec.importing.tools.document import Keys
from envspec.importing.tools.requirement_lines import add_lines, pip_install
from envspec.importing.yaml_text import Node
from envspec.language.attributes import DOCKER, ENVIRONMENT
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem

BEFORE_PYTHON = "it runs when the system packages are there, before Python and its packages"
_PYTHON_USED = lazy_pattern(r"\b(?:pip3?|python3?|uv|conda|mamba)\b")


def add_python(keys: Keys, name: str, environment: Block, version: str) -> None:
    """`version` is what the key says as a version."""
    from envspec.packages.python_version import parse_python

    problem = parse_python(version)
    if isinstance(problem, PackageProblem):
        keys.dropped(name, problem.message)
    else:
        environment.add("python", Text(version))
        keys.carried(name, "python")


def add_apt(keys: Keys, name: str, environment: Block) -> None:
    """A list of system packages."""
    from envspec.packages.apt import apt_name

    found: dict[str, Item] = {}
    for node in keys.scalars(name, alone=True):
        packages = _apt(node.text)
        if isinstance(packages, PackageProblem):
            keys.dropped(name, packages.message, node)
            continue
        remarks = keys.document.remarks.get(node.start, Remarks())
        fresh = [one for one in packages if apt_name(one) not in found]
        for package in fresh:
            found[apt_name(package)] = Item(Text(package), remarks.above, remarks.behind)
            remarks = Remarks()
        if not fresh:
            keys.dropped(name, "it is listed twice", node)
        elif packages == [node.text]:
            keys.carried(name, "apt", node)
        else:
            keys.changed(name, ", ".join(fresh), "one string is one package, in small letters", node)
    if found:
        environment.add("apt", Items(tuple(found.values())))


def _apt(text: str) -> list[str] | PackageProblem:
    """The package, or those of a text that has several words."""
    from envspec.packages.apt import parse_apt

    whole = parse_apt(text)
    if isinstance(whole, PackageProblem) and whole.replacement is not None:
        other = parse_apt(text[: whole.start] + whole.replacement + text[whole.end :])
        whole = whole if isinstance(other, PackageProblem) else other
    if not isinstance(whole, PackageProblem):
        return [whole]
    parts = [parse_apt(one) for one in text.split()]
    texts = [one for one in parts if not isinstance(one, PackageProblem)]
    return texts if texts and len(texts) == len(parts) else whole


def add_image(keys: Keys, name: str, environment: Block) -> bool:
    """The base image; whether there is one now."""
    from envspec.packages.image import parse_image

    node = keys.scalar(name)
    if not node.text:
        return False
    image = parse_image(node.text)
    if isinstance(image, PackageProblem):
        keys.dropped(name, image.message, value=image.code != "E0306")
        return False
    environment.inner("docker").add("image", Text(node.text))
    keys.carried(name, "docker.image")
    return True


def add_cuda(keys: Keys, name: str, environment: Block) -> None:
    """The version of CUDA in the base; called when packages and `docker.image` are written."""
    from envspec.packages.cuda_image import CUDA_VERSIONS, cuda_image

    node = keys.scalar(name)
    if not node.text:
        return
    version = node.text
    docker = environment.attributes.get("docker")
    image = isinstance(docker, Block) and "image" in docker.attributes
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){1,2}", version):
        keys.dropped(name, "it is no version such as `12.4`")
    elif image:
        environment.inner("docker").add("cuda", Text(version))
        keys.carried(name, "docker.cuda")
    elif not cuda_image(version):
        known = f"{CUDA_VERSIONS[0]} to {CUDA_VERSIONS[-1]}"
        keys.dropped(name, f"there are base images with CUDA {known}; for another one name `docker.image`")
    elif "conda" in environment.attributes:
        environment.inner("docker").add("cuda", Text(version))
        keys.carried(name, "docker.cuda")
    else:
        environment.inner("docker").add("cuda", Text(version))
        environment.add("conda", Items((Item(Text(_conda_python(environment))),)))
        keys.changed(name, "docker.cuda", "a base with CUDA has no Python, so conda brings it")


def _conda_python(environment: Block) -> str:
    version = environment.attributes.get("python")
    plain = isinstance(version, Text) and re.fullmatch(r"[0-9]+(\.[0-9]+)*", version.value)
    return f"python ={version.value}" if isinstance(version, Text) and plain else "python"


def add_scripts(
    keys: Keys,
    name: str,
    environment: Block,
    packages: Packages,
    nodes: Sequence[Node],
    *,
    after_python: bool,
) -> None:
    """Commands that run while the image is made; `after_python`: the other tool runs them when the Python packages are
    there. One that only installs packages is written as packages."""
    scripts: list[Item] = []
    for node in nodes:
        requirements = pip_install(node.text)
        if requirements:
            keys.changed(name, "pip", "it is installed with the other packages", node)
            add_lines(keys, name, packages, [replace(node, text=one) for one in requirements])
        elif (item := _script(keys, name, node, after_python)) is not None:
            scripts.append(item)
    append_scripts(environment, scripts)


def append_scripts(environment: Block, scripts: Sequence[Item]) -> None:
    if not scripts:
        return
    docker = environment.inner("docker")
    before = docker.attributes.get("run")
    docker.attributes["run"] = Items((*(before.items if isinstance(before, Items) else ()), *scripts))


def script_value(text: str) -> Value:
    """A script as people write it: on one line, or between three quotes."""
    body = text.strip("\n")
    return Script(f"{body}\n") if "\n" in body else Text(body)


def _script(keys: Keys, name: str, node: Node, after_python: bool) -> Item | None:
    if not node.text.strip():
        keys.dropped(name, "it is empty", node)
        return None
    if "\0" in node.text:
        keys.dropped(name, "a NUL character cannot be in a script", node, value=False)
        return None
    if _PYTHON_USED.search(node.text):
        keys.changed(
            name,
            "docker.run",
            f"{BEFORE_PYTHON}: what it does with them belongs into `pip` or the code",
            node,
        )
    elif after_python:
        keys.changed(name, "docker.run", BEFORE_PYTHON, node)
    else:
        keys.carried(name, "docker.run", node)
    remarks = keys.document.remarks.get(node.start, Remarks())
    return Item(script_value(node.text), remarks.above, remarks.behind)


_ENVIRONMENT = tuple(row.name for row in ENVIRONMENT.attributes)
_DOCKER = tuple(row.name for row in DOCKER.attributes)


def in_order(environment: Block) -> None:
    """The attributes of an environment as the reference lists them."""
    environment.attributes = _sorted(environment.attributes, _ENVIRONMENT)
    docker = environment.attributes.get("docker")
    if isinstance(docker, Block):
        docker.attributes = _sorted(docker.attributes, _DOCKER)


def _sorted(found: dict[str, Value | Block], order: Sequence[str]) -> dict[str, Value | Block]:
    return {name: found[name] for name in order if name in found}
