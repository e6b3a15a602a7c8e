"""`cog.yaml` of Cog (its `docs/yaml.md` and the JSON schema `pkg/config/data/config_schema_v1.0.json`).

`build` becomes an environment. `run` (once `predict`) and `train` name a class and a function of Cog's own, which no
deployment and no run can start: they are told, and what else there is of serving stands in a comment.
"""

from __future__ import annotations

from envspec.importing.asked import Asked
from envspec.importing.entries import Packages
from envspec.importing.fields.cog import COG_YAML
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.spec import Block, Spec, Text, Written
from envspec.importing.tools.deployment_outline import COMMENT, add_outline, new_outline
from envspec.importing.tools.document import Keys, read_document
from envspec.importing.tools.image_parts import (
    add_apt,
    add_cuda,
    add_image,
    add_python,
    add_scripts,
    in_order,
)
from envspec.importing.tools.requirement_lines import add_file, add_lines
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node

_FOR_COG = ("r8.im",)
_ROOT, _BUILD, _STEP = (reasons(COG_YAML, above) for above in ("", "build.", "build.run[]."))
_CONCURRENCY = reasons(COG_YAML, "concurrency.")


def read(asked: Asked) -> Spec:
    """One environment."""
    document = read_document(asked, asked.path)
    root = document.keys()
    if not root.node.entries.keys() & {"build", "predict", "train", "image", "run"}:
        from envspec.importing.asked import unreadable

        raise unreadable(asked, asked.path, "a `cog.yaml` has `build` and `run`", 1)
    spec = Spec(above=list(document.head))
    environment = Block("environment", asked.name)
    outline = new_outline(asked.name, _source(asked))
    variables = Variables(asked)
    packages = Packages(asked)
    build = root.keys("build")
    _build(build, environment, packages, outline)
    _environment(root, variables)
    packages.fill(environment, spec)
    variables.fill(environment, spec)
    add_cuda(build, "cuda", environment)
    _serving(root, environment, outline)
    build.rest(_BUILD[OTHER])
    root.rest(_ROOT[OTHER])
    in_order(environment)
    spec.blocks.append(environment)
    add_outline(spec, outline)
    return spec


def _source(asked: Asked) -> str:
    return asked.place(".", asked.path.parent) or "."


def _build(build: Keys, environment: Block, packages: Packages, outline: Block) -> None:
    version = build.scalar("python_version").text
    if version:
        add_python(build, "python_version", environment, version)
    add_file(build, "python_requirements", packages)
    add_lines(build, "python_packages", packages, build.scalars("python_packages"))
    add_apt(build, "system_packages", environment)
    add_image(build, "base_image", environment)
    add_scripts(build, "pre_install", environment, packages, build.scalars("pre_install"), after_python=False)
    add_scripts(build, "run", environment, packages, _commands(build), after_python=True)
    _gpu(build, outline)
    for node in build.items("environment"):
        build.dropped("environment", _BUILD["environment"], node, value=False)
    for name, reason in _BUILD.items():
        if name not in build.taken:
            build.dropped(name, reason)


def _commands(build: Keys) -> list[Node]:
    """Strings, and the `command` of mappings; what they mount is told."""
    found: list[Node] = []
    for number, node in enumerate(build.items("run"), start=1):
        if node.kind == "scalar":
            found.append(node)
            continue
        step = Keys(build.document, node, f"build.run, element {number}, ")
        if node.kind != "mapping":
            build.dropped("run", "a command was expected", node, value=False)
            continue
        if (command := step.scalar("command")).text:
            found.append(command)
        step.dropped("mounts", _STEP["mounts"], value=False)
        step.rest(_STEP[OTHER])
    return found


def _gpu(build: Keys, outline: Block) -> None:
    gpu = build.scalar("gpu")
    if gpu.value is True:
        outline.inner("resources").add("gpu", Written("1"))
        build.changed("gpu", "resources.gpu", COMMENT)
    elif gpu.value is False:
        build.carried("gpu", "resources")
    else:
        build.dropped("gpu", "it is neither true nor false")


def _environment(root: Keys, variables: Variables) -> None:
    """`environment`: `NAME=value` each."""
    for node in root.scalars("environment"):
        name, equals, value = node.text.partition("=")
        if equals:
            variables.add(name.strip(), value, root.document.shown, node.line)
        else:
            root.dropped("environment", "it has no `=`", node)


def _serving(root: Keys, environment: Block, outline: Block) -> None:
    root.dropped("predict", _ROOT["predict"])
    root.dropped("run", _ROOT["run"])
    root.dropped("train", _ROOT["train"])
    _registry(root, environment)
    concurrency = root.keys("concurrency")
    most = concurrency.scalar("max")
    if most.text.isascii() and most.text.isdigit() and int(most.text[:15]) > 0:
        outline.inner("limits").add("concurrency", Written(str(int(most.text[:15]))))
        concurrency.changed("max", "limits.concurrency", COMMENT)
    else:
        concurrency.dropped("max", "it is no number of requests")
    concurrency.rest(_CONCURRENCY[OTHER])
    root.dropped("model", _ROOT["model"])
    root.dropped("weights", _ROOT["weights"], value=False)
    root.dropped("tests", _ROOT["tests"], value=False)


def _registry(root: Keys, environment: Block) -> None:
    """`image` is where `cog push` puts the image."""
    from envspec.packages.package import PackageProblem
    from envspec.packages.sources import parse_registry

    node = root.scalar("image")
    registry, slash, name = node.text.partition("@")[0].rpartition("/")
    if not node.text:
        return
    if registry.split("/")[0] in _FOR_COG:
        root.dropped("image", reason_of(COG_YAML, "image", "it is Replicate's registry"))
    elif not slash or isinstance(parse_registry(registry), PackageProblem):
        root.dropped("image", _ROOT["model"])
    else:
        environment.inner("docker").add("registry", Text(registry))
        root.changed(
            "image", f"docker.registry = {registry}",
            f"an image is called after its environment, `{environment.label}`, not `{name}`",
        )  # fmt: skip
