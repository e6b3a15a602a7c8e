"""Environments of Azure ML's CLI v2: a file of `environment.schema.json`, one written inside a job or deployment, and
references to registered ones.

An image with a conda file is a base with packages on it. An image or a Dockerfile alone brings its own Python, so it
is used as it is (`managed = false`). A reference names what only a workspace knows, so it becomes that of an
environment which is registered here.
"""

from __future__ import annotations

import re
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked, is_file, read_text, unread, unreadable
from envspec.importing.azureml.fields import (
    Fields,
    add_description,
    add_name,
    add_tag,
    add_tags,
    is_nothing,
    merged,
)
from envspec.importing.azureml.reference import reference_of
from envspec.importing.entries import Packages
from envspec.importing.fields.azureml import ENVIRONMENT
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import BROKEN, Mark, absent
from envspec.importing.spec import Block, Item, Items, Spec, Text, Written
from envspec.importing.yaml_text import Node, nodes_of
from envspec.packages.azureml_tags import INLINE, MARK
from envspec.starting.names import name_of, unique

_DOCKERFILE = "Dockerfile"
"""That of a build context which names none."""
_REASONS, _BUILD = reasons(ENVIRONMENT), reasons(ENVIRONMENT, "build.")


def read_environment(asked: Asked, root: Node) -> Spec:
    """A file of `environment.schema.json`."""
    spec = Spec()
    fields = Fields.of(asked, root, asked.path)
    add_environment(fields, spec, asked.name)
    return spec


def environment_of(
    asked: Asked, node: Node, folder: Path, spec: Spec, name: str, file: Path | None = None
) -> str | None:
    """The text for `environment = …`: the name of a block that is added to the spec, or a reference in quotes; None
    when there is none, which is told. `node` is the value of the key `environment` in `file` (that of `asked` when
    None), and `folder` what paths in it are relative to; `name` is what a block without a name is called."""
    file = file or asked.path
    shown = asked.shown(file)
    if is_nothing(node):
        return None
    if node.kind == "mapping":
        fields = Fields.of(asked, node, file, "environment.", folder)
        return add_environment(fields, spec, name, inline=True)
    what = f"environment: {node.text}" if node.kind == "scalar" else "environment"
    if node.kind != "scalar":
        asked.report.dropped(
            what, shown, node.line, "the name of an environment, or what it is made of, is expected"
        )
        return None
    text = node.text.strip()
    if text.startswith("file:") or text.endswith((".yml", ".yaml")):
        return _of_file(asked, text.removeprefix("file:"), folder, spec, name, (what, shown, node.line))
    return reference_of(asked, text, (what, shown, node.line))


def _of_file(
    asked: Asked, written: str, folder: Path, spec: Spec, name: str, place: tuple[str, str, int]
) -> str | None:
    """An environment in a file of its own (`file:environment.yml`)."""
    path = folder / written
    if asked.place(written, folder) is None:
        asked.report.dropped(*place, "it is outside of the project")
        return None
    gone = unread(path, written)
    if gone is not None:
        asked.report.dropped(*place, gone.reason, gone.mark(written))
        return None
    try:
        root = merged(asked, path, nodes_of(asked, path, read_text(path)))
        if root.kind != "mapping":
            raise unreadable(asked, path, "a mapping is expected")
    except Failure as failure:
        asked.report.broken(*place, failure, Mark(BROKEN, written))
        return None
    label = add_environment(Fields.of(asked, root, path), spec, name)
    asked.report.carried(*place, f"environment {label}")
    return label


def add_environment(fields: Fields, spec: Spec, name: str, *, inline: bool = False) -> str:
    """Adds a block with what the keys say, and gives its label. One that is there already in the same words is taken.
    `inline`: it is written inside of what uses it, which a tag remembers."""
    asked = fields.asked
    block = Block("environment", name)
    fields.describes(block)
    packages = Packages(asked)
    schema = fields.scalar("$schema")
    if schema is not None:
        fields.carried("$schema", schema, "environment")
    add_name(fields, block, inline=inline)
    add_description(fields, block)
    add_tags(fields, block)
    conda = _conda(fields, block, packages)
    own_base = _base(fields, block)
    os_type = fields.scalar("os_type")
    if os_type is not None and os_type.text.lower() == "linux":
        fields.carried("os_type", os_type, "docker")
        fields.kept("os_type", os_type)
    elif os_type is not None:
        fields.dropped("os_type", os_type, reason_of(ENVIRONMENT, "os_type", "it is not Linux"))
    if not own_base and not conda:
        for key in ("image", "conda_file"):
            fields.not_written(key)
    fields.drop_rest(_REASONS)
    if inline:
        add_tag(block, MARK, INLINE)
    if own_base and not conda:  # what is in the image is all there is
        docker = block.attributes.pop("docker")
        block.add("managed", Written("false"))
        block.add("interpreter", Text("python"))
        block.comments["managed"] = ["The image has its own Python and packages, which are used as they are."]
        block.attributes["docker"] = docker
    fill(packages, block, spec)
    unnamed = is_nothing(fields.node.get("name"))
    known = [one for one in spec.blocks if one.kind == "environment"]
    for one in known:
        if one.attributes == block.attributes and (
            block.label == one.label or (unnamed and block.label == name)
        ):
            return one.label
    block.label = unique(block.label, [one.label for one in known])
    spec.blocks.append(block)
    return block.label


def _base(fields: Fields, block: Block) -> bool:
    """`image` or `build`: whether the block has a base of its own now."""
    from envspec.packages.image import parse_image

    build, image = fields.inner("build"), fields.scalar("image")
    older = fields.inner("docker")
    if older is not None:  # as older files have it
        image = image or older.scalar("image")
        older.drop_rest({}, reason_of(ENVIRONMENT, "docker.any other key"))
    key = "image" if "image" in fields.node.entries else "docker.image"
    made = build is not None and _build(build, block)
    if image is None:
        return made
    if made:
        fields.dropped(key, image, reason_of(ENVIRONMENT, "image", "there is `build`"))
        return True
    problem = parse_image(image.text)
    if not isinstance(problem, str):
        fields.dropped(key, image, f"{problem.message}; {problem.help}" if problem.help else problem.message)
        fields.kept("image", image)
        if is_nothing(fields.node.get("conda_file")):
            fields.not_written("conda_file")
        return False
    block.inner("docker").add("image", Text(image.text))
    if key == "image":
        fields.carried(key, image, "docker.image")
    else:
        fields.changed(key, image, "docker.image", reason_of(ENVIRONMENT, "docker.image"))
    return True


def _build(build: Fields, block: Block) -> bool:
    """A build context: the Dockerfile in it, when it is there."""
    older = "local_path" if "local_path" in build.left and "path" not in build.left else "path"
    path, dockerfile = build.scalar(older), build.scalar("dockerfile_path")
    build.drop_rest(_BUILD)
    if path is None:
        if dockerfile is not None:
            build.dropped("dockerfile_path", dockerfile, "there is no build context")
        return False
    file = dockerfile.text if dockerfile is not None else _DOCKERFILE
    gone = None
    remote = re.match(r"[a-z+]+://|git@", path.text)
    within = f"{path.text.rstrip('/')}/{file}" if path.text.rstrip("/") else file
    place = None if remote else build.asked.place(within, build.folder)
    if remote:
        reason = "nothing is fetched: put the build context into the project"
    elif place is None:
        reason = "it is outside of the project"
    elif not is_file(build.folder / within):
        reason = f"there is no file `{within}`"
        gone = absent(within, path) if dockerfile is None else absent(dockerfile.text, dockerfile)
    else:
        block.inner("docker").add("dockerfile", Text(place))
        if "/" in file:
            reason = "the context is the folder of the Dockerfile"
            build.changed(older, path, "docker.dockerfile", reason)
        else:
            build.carried(older, path, "docker.dockerfile")
        if dockerfile is not None:
            build.carried("dockerfile_path", dockerfile, "docker.dockerfile")
            if dockerfile.text == _DOCKERFILE:
                build.kept("dockerfile_path", dockerfile)
        return True
    build.dropped(older, path, reason, gone if dockerfile is None else None)
    if build.kept("path", path) and dockerfile is not None:
        build.kept("dockerfile_path", dockerfile)
    block.comments["build"] = [f"Nothing is known of the build context: {reason}."]
    if dockerfile is not None:
        build.dropped("dockerfile_path", dockerfile, reason, gone)
    return False


def _conda(fields: Fields, block: Block, packages: Packages) -> bool:
    """`conda_file`, a path or what would be in it. Whether the environment has one, even when it is not there."""
    from envspec.importing.conda import read_conda

    node = fields.take("conda_file")
    if is_nothing(node):
        return False
    asked = fields.asked
    if node.kind == "mapping":
        text = text_alone(read_text(fields.file), node)
        inline = Block("environment", block.label)
        read_conda(asked, packages, inline, fields.file, text=text)
        for key, value in inline.attributes.items():
            block.add(key, value)
        fields.carried("conda_file", node, "conda")
        _conda_name(fields, fields.file, node.get("name"), block)
        return True
    if node.kind != "scalar":
        fields.dropped("conda_file", node, "a path, or what is in a conda file, is expected")
        return False
    path = fields.folder / node.text
    if asked.place(node.text, fields.folder) is None:
        fields.dropped("conda_file", node, "it is outside of the project")
        fields.kept("conda_file", node)
    elif (gone := unread(path, node.text)) is not None:
        reason = f"{gone.reason}: write its packages into the environment"
        fields.dropped("conda_file", node, reason, gone.mark(node.text, node))
        fields.kept("conda_file", node)
        block.comments["conda_file"] = [f"Nothing is known of the conda packages: {reason}."]
    else:
        try:
            read_conda(asked, packages, block, path)
            named = nodes_of(asked, path, read_text(path)).get("name")
        except Failure as failure:
            fields.broken("conda_file", node, failure)
            return True
        fields.changed("conda_file", node, "conda", reason_of(ENVIRONMENT, "conda_file"))
        _conda_name(fields, path, named, block)
    return True


def _conda_name(fields: Fields, file: Path, node: Node, block: Block) -> None:
    """The name in a conda file, which an environment has that has none of its own."""
    if node.kind != "scalar" or is_nothing(node):
        return
    what, shown = f"name: {node.text}", fields.asked.shown(file)
    label = "" if fields.node.get("name").kind else name_of(node.text, "")
    if not label:
        fields.asked.report.dropped(what, shown, node.line, f"the environment is called `{block.label}`")
    elif label == node.text:
        fields.asked.report.carried(what, shown, node.line, f"environment {label}")
    else:
        reason = "a name is lower-case letters, digits, `_` and `-`"
        fields.asked.report.changed(what, shown, node.line, f"environment {label}", reason)
    block.label = label or block.label


def text_alone(text: str, node: Node) -> str:
    """The text with nothing but a mapping inside it, which keeps its places."""
    before = text[: node.start]
    head, newline, last = before.rpartition("\n")
    return re.sub(r"[^\n]", " ", head) + newline + " " * len(last) + text[node.start : node.end]


def fill(packages: Packages, block: Block, spec: Spec) -> None:
    """Writes the packages into the block. An index that another environment of the spec has too stands once."""
    docker = block.attributes.pop("docker", None)
    before = list(spec.blocks)
    packages.fill(block, spec)
    if docker is not None:
        block.attributes["docker"] = docker
    added = spec.blocks[: len(spec.blocks) - len(before)]
    renamed: dict[str, str] = {}
    kept: list[Block] = []
    for one in added:
        labels = [other.label for other in before if other.kind == one.kind]
        same = any(
            other.kind == one.kind and other.label == one.label and other.attributes == one.attributes
            for other in before
        )
        if same:
            continue
        fresh = unique(one.label, labels)
        if one.kind == "index":
            renamed[one.label] = fresh
        if one.kind == "secret" and fresh != one.label:
            continue  # a secret is called after its host: the one that is there is the same
        one.label = fresh
        kept.append(one)
    spec.blocks[:] = [*kept, *before]
    indexes = block.attributes.get("indexes")
    if isinstance(indexes, Items):
        names = [item.value.text for item in indexes.items if isinstance(item.value, Written)]
        block.attributes["indexes"] = Items(tuple(Item(Written(renamed.get(name, name))) for name in names))
