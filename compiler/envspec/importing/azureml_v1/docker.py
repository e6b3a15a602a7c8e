"""The section `docker` of an environment of Azure ML's SDK v1: base image or Dockerfile, platform, shared memory."""

from __future__ import annotations

import re
from pathlib import Path

from envspec.importing.asked import is_file
from envspec.importing.azureml_v1.fields import V1Fields
from envspec.importing.fields.azureml_v1 import AZUREML_ENVIRONMENT_JSON
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.secret_values import has_credential
from envspec.importing.spec import Block, Item, Items, Script, Text, Written, texts
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_SIZE = lazy_pattern(r"([0-9]+)\s*([bkmgBKMG]?)[bB]?")
_UNITS = {"": "B", "b": "B", "k": "KiB", "m": "MiB", "g": "GiB"}
_NO_CREDENTIALS = reason_of(AZUREML_ENVIRONMENT_JSON, "docker.baseImageRegistry.password")
_REASONS = reasons(AZUREML_ENVIRONMENT_JSON, "docker.")


def add_docker(fields: V1Fields, block: Block, beside: Path | None) -> V1Fields | None:
    """Adds `docker { … }`; `beside` is where a saved environment has its Dockerfile."""
    section = fields.inner("docker")
    docker = section if section is not None else V1Fields.of(fields.asked, Node(), fields.file, "docker.")
    made = _dockerfile(docker, block, beside)
    _image(docker, block, made=made)
    _platform(docker, block)
    _size(docker, block)
    enabled = docker.flag("enabled")
    if enabled is not None:
        docker.carried("enabled", enabled[0], "docker")
    docker.drop_unless("sharedVolumes", "true", _REASONS["sharedVolumes"])
    docker.drop_unless("gpuSupport", "false", _REASONS["gpuSupport"])
    arguments = docker.sequence("arguments")
    if arguments is not None:
        _arguments(docker, arguments, block)
    docker.drop_known(_REASONS)
    return section


def _image(docker: V1Fields, block: Block, *, made: bool) -> None:
    from envspec.packages.image import parse_image

    registry = docker.inner("baseImageRegistry")
    address = registry.scalar("address") if registry is not None else None
    if registry is not None:
        for key in ("username", "password"):
            node = registry.take(key)
            if node.kind:
                docker.asked.report.dropped(registry.path(key), docker.shown, node.line, _NO_CREDENTIALS)
        registry.drop_known(_REASONS)
    image = docker.scalar("baseImage")
    if image is None or made:
        reason = "the Dockerfile makes the base" if made else "there is no `baseImage`"
        if image is not None:
            docker.dropped("baseImage", image, reason)
        if registry is not None and address is not None:
            registry.dropped("address", address, reason)
        return
    host = address.text.removeprefix("https://").strip("/") if address is not None else ""
    text = image.text if not host or image.text.startswith(f"{host}/") else f"{host}/{image.text}"
    problem = parse_image(text)
    if not isinstance(problem, str):
        reason = f"{problem.message}; {problem.help}" if problem.help else problem.message
        what = docker.path("baseImage") if problem.code == "E0306" else docker.what("baseImage", image)
        docker.asked.report.dropped(what, docker.shown, image.line, reason)
        if registry is not None and address is not None:
            registry.dropped("address", address, "the image is left out")
        return
    block.inner("docker").add("image", Text(text))
    if text == image.text:
        docker.carried("baseImage", image, "docker.image")
    else:
        docker.changed("baseImage", image, text, "the name of an image begins with its registry")
    if registry is not None and address is not None:
        registry.carried("address", address, "docker.image")


def _dockerfile(docker: V1Fields, block: Block, beside: Path | None) -> bool:
    """`baseDockerfile`, a text or the path of a file; whether the block has one now."""
    asked = docker.asked
    node = docker.scalar("baseDockerfile")
    if beside is not None and is_file(beside):
        place = asked.place(beside.name, beside.parent)
        shown = asked.shown(beside)
        if place is None:
            asked.report.dropped(beside.name, shown, 0, "it is outside of the project")
            return False
        block.inner("docker").add("dockerfile", Text(place))
        asked.report.carried(beside.name, shown, 0, "docker.dockerfile")
        if node is not None:
            docker.asked.report.dropped(
                docker.path("baseDockerfile"),
                docker.shown,
                node.line,
                f"`{beside.name}` beside it is what counts",
            )
        return True
    if node is None:
        return False
    key, line = docker.path("baseDockerfile"), node.line
    if "\n" not in node.text and not re.match(r"\s*(FROM|ARG)\s", node.text, re.IGNORECASE):
        folder = docker.file.parent
        place = asked.place(node.text, folder)
        if place is not None and is_file(folder / node.text):
            block.inner("docker").add("dockerfile", Text(place))
            docker.carried("baseDockerfile", node, "docker.dockerfile")
            return True
        gone = absent(node.text, node) if place is not None else None
        docker.dropped("baseDockerfile", node, "there is no such file in the project", gone)
        return False
    image, scripts, reason = _instructions(node.text)
    if reason:
        advice = "save it as a file in the project and write `docker.dockerfile`"
        asked.report.dropped(key, docker.shown, line, f"{reason}: {advice}")
        return False
    inner = block.inner("docker")
    inner.add("image", Text(image))
    if scripts:
        inner.add("run", Items(tuple(Item(Script(f"{script}\n")) for script in scripts)))
    asked.report.changed(
        key, docker.shown, line, "docker.image", reason_of(AZUREML_ENVIRONMENT_JSON, "docker.baseDockerfile")
    )
    return True


def _instructions(text: str) -> tuple[str, list[str], str]:
    """The image and the scripts of a Dockerfile that has nothing else; else why it cannot be written so."""
    from envspec.packages.image import parse_image

    image, scripts = "", []
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for instruction in re.split(r"(?<!\\)\n", "\n".join(line.rstrip() for line in lines)):
        word, _, rest = instruction.strip().partition(" ")
        rest = rest.strip()
        if word.upper() == "FROM" and not image and isinstance(parse_image(rest), str):
            image = rest
        elif word.upper() == "RUN" and image and not rest.startswith(("[", "--", "<<")):
            scripts.append(rest)
        elif not (word.upper() == "USER" and rest in ("root", "0", "root:root")):
            return "", [], f"`{word.upper()[:20]}` stands for nothing in a spec" if word else "it is empty"
    if has_credential(text):
        return "", [], "it holds a credential"
    return image, scripts, "" if image else "it has no `FROM`"


def _platform(docker: V1Fields, block: Block) -> None:
    platform = docker.inner("platform")
    if platform is None:
        return
    system, machine = platform.scalar("os"), platform.scalar("architecture")
    platform.drop_known(reasons(AZUREML_ENVIRONMENT_JSON, "docker.platform."))
    from envspec.packages.image import parse_platform

    name = f"{system.text if system else 'linux'}/{machine.text if machine else 'amd64'}".lower()
    fits = isinstance(parse_platform(name), str) and name.startswith("linux/")
    for key, node in (("os", system), ("architecture", machine)):
        if node is not None and fits:
            platform.carried(key, node, "docker.platforms")
        elif node is not None:
            platform.dropped(key, node, f"`{name}` is no platform of an image here")
    if fits and name != "linux/amd64":
        block.inner("docker").add("platforms", texts([name]))


def _size(docker: V1Fields, block: Block) -> None:
    node = docker.scalar("shmSize")
    if node is None:
        return
    size = docker_size(node.text)
    if size:
        block.inner("docker").add("shm_size", Written(size))
        docker.carried("shmSize", node, "docker.shm_size")
    else:
        docker.dropped("shmSize", node, "a size such as `2g` is expected here")


def docker_size(text: str) -> str:
    """A size as `docker run` has it (`2g` is 2 GiB) in the language's words; empty for what is none."""
    match = _SIZE.fullmatch(text.strip())
    if match is None or len(match[1]) > 12:
        return ""
    return f"{int(match[1])}{_UNITS[match[2].lower()]}"


def _arguments(docker: V1Fields, listed: Node, block: Block) -> None:
    """Options of `docker run`; of these only the size of shared memory has an attribute."""
    items = list(listed.items)
    while items:
        node = items.pop(0)
        name, equals, value = node.text.partition("=")
        if name == "--shm-size" and not equals and items and items[0].kind == "scalar":
            value = items.pop(0).text
        size = docker_size(value) if name == "--shm-size" else ""
        # The value of an option may be a credential, as that of `-e`.
        what = (
            f"{docker.path('arguments')}: {name.split()[0] if name.startswith('-') and name.split() else '…'}"
        )
        if size and "shm_size" not in block.inner("docker").attributes:
            block.inner("docker").add("shm_size", Written(size))
            docker.asked.report.carried(f"{what} {value}", docker.shown, node.line, "docker.shm_size")
        else:
            docker.asked.report.dropped(what, docker.shown, node.line, _REASONS["arguments"])


__all__ = ["add_docker", "docker_size"]
