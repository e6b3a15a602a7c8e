"""Models of Azure ML's CLI v2: a file of `model.schema.json`, or that of a deployment, written inside or named as one that
is registered.

A folder or file of the project is named by its path. What only a workspace or a cloud has becomes a param: whoever
deploys says where the model lies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.importing.asked import Asked, is_there
from envspec.importing.azureml.fields import Fields, add_description, add_tags, is_nothing
from envspec.importing.azureml.inputs import add_param
from envspec.importing.azureml.kept import keep
from envspec.importing.fields.azureml import DEPLOYMENT
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.spec import Block, Spec, Text, Written
from envspec.importing.yaml_text import Node
from envspec.packages.azureml_tags import REFERENCE
from envspec.starting.names import name_of, unique

NAMED = re.compile(r"azureml:([^:@/\s]+)(?:[:@]\S+)?")
"""One that a workspace has, by its name."""

_FRAMEWORKS = {"mlflow_model": "mlflow", "triton_model": "triton"}
_REASONS = reasons(DEPLOYMENT, "model.")
_REGISTERED = re.compile(
    r"(?:azureml:/{0,2})?(?:/?registries/[^/]+|/?subscriptions/.+)?/?(?:models/)?(?P<name>[^:@/\s]+)"
    r"(?:(?:/(?:versions|labels)/|[:@])(?P<version>[^:@/\s]+))?/?\Z"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|azureml:")


def read_model(asked: Asked, root: Node) -> Spec:
    """A file of one model."""
    spec = Spec()
    add_model(Fields.of(asked, root, asked.path), spec, asked.name)
    return spec


def add_model(fields: Fields, spec: Spec, name: str) -> str:
    """Adds the model of a file, and gives its label."""
    schema = fields.scalar("$schema")
    block = Block("model", name_of(name, "model"))
    fields.describes(block)
    if schema is not None:
        fields.carried("$schema", schema, "model")
    _written(fields, block, spec)
    block.label = unique(block.label, spec.labels("model"))
    spec.blocks.append(block)
    return block.label


def model_of(fields: Fields, spec: Spec, name: str, known: Mapping[str, str] | None = None) -> str:
    """The label of the block for the key `model`, empty when there is none; `name` is that of a model without one, and
    `known` has the labels of models that were read along with it, by name."""
    node = fields.take("model")
    if is_nothing(node):
        return ""
    named = NAMED.fullmatch(node.text.strip())
    if named is not None and known is not None and named[1] in known:
        fields.carried("model", node, f"model {known[named[1]]}")
        return known[named[1]]
    block = Block("model", name_of(name, "model"))
    if node.kind == "mapping":
        inner = fields.within("model", node)
        inner.describes(block)
        _written(inner, block, spec)
    elif node.kind != "scalar":
        fields.dropped("model", node, "the name of a model, or what it is made of, is expected")
        return ""
    else:
        _named(fields, node, block, spec)
    for one in spec.blocks:
        if one.kind == "model" and one.attributes == block.attributes and one.label.startswith(block.label):
            return one.label
    block.label = unique(block.label, spec.labels("model"))
    spec.blocks.append(block)
    return block.label


def _written(model: Fields, block: Block, spec: Spec) -> None:
    """A model written inside the deployment."""
    name, version = model.scalar("name"), model.scalar("version")
    if name is not None:
        label = name_of(name.text, block.label)
        if label == name.text:
            model.carried("name", name, f"model {label}")
        else:
            model.changed("name", name, f"model {label}", "a name is lower-case letters, digits, `_` and `-`")
            model.kept("name", name)
        block.label = label
    else:
        model.not_written("name")
    path = model.scalar("path") if "path" in model.left else model.scalar("local_path")
    key = "path" if "path" in model.node.entries else "local_path"
    if path is not None:
        _from(model, key, path, block, spec, name_of(name.text, "model") if name is not None else "model")
    else:
        param = add_param(spec, block.label, kind="path")
        block.add("from", Written(f"param.{param}"))
        shown = name.text if name is not None else block.label
        model.asked.report.changed(
            f"model: {shown}", model.shown, model.node.line, f"param {param}",
            reason_of(DEPLOYMENT, "model"),
        )  # fmt: skip
    add_description(model, block)
    add_tags(model, block)
    if version is not None:
        model.dropped("version", version, reason_of(DEPLOYMENT, "model.version"))
    kind = model.scalar("type")
    if kind is not None and kind.text in _FRAMEWORKS:
        block.add("framework", Text(_FRAMEWORKS[kind.text]))
        model.carried("type", kind, "framework")
    elif kind is not None:
        model.dropped("type", kind, _REASONS["type"])
    model.drop_rest(_REASONS)


def _named(fields: Fields, node: Node, block: Block, spec: Spec) -> None:
    """A registered model, or a path."""
    text = node.text.strip()
    local = not _ADDRESS.match(text) and (text.startswith((".", "/")) or is_there(fields.folder / text))
    if local:
        _from(fields, "model", node, block, spec, "model")
        return
    match = _REGISTERED.match(text)
    if match is not None:
        block.label = name_of(match["name"], block.label)
    param = add_param(spec, block.label, kind="path")
    block.add("from", Written(f"param.{param}"))
    keep(block, REFERENCE, node)
    reason = reason_of(DEPLOYMENT, "model")
    fields.changed("model", node, f"param {param}", reason)


def _from(fields: Fields, key: str, node: Node, block: Block, spec: Spec, name: str) -> None:
    """`from`: a path of the project that is there, else a param that is called `name`."""
    text = node.text.strip()
    place = None if _ADDRESS.match(text) else fields.asked.place(text, fields.folder)
    if place is not None and is_there(fields.folder / text):
        block.add("from", Text(place))
        fields.carried(key, node, "from")
        return
    gone = None
    if _ADDRESS.match(text):
        reason = "nothing is fetched"
    elif place is None:
        reason = "it is outside of the project"
    else:
        reason, gone = f"there is nothing at `{text}`", absent(text, node)
    param = add_param(spec, name, kind="path")
    block.add("from", Written(f"param.{param}"))
    fields.changed(key, node, f"param {param}", f"{reason}: give the path of the model with `--set`", gone)
    if key == "model":
        keep(block, REFERENCE, node)
    else:
        fields.kept(key, node)
