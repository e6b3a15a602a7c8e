"""Inputs of Azure ML's jobs and components.

A literal is a param of the file, data is an input of the run. Data that lies in the project is named by its path; of
what only a cloud can look up (assets, datastores, addresses) somebody has to say where it lies here: a param without
a default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import is_there
from envspec.importing.azureml.fields import Fields, is_nothing
from envspec.importing.azureml.values import (
    PLACEHOLDER,
    has_blanks,
    literal,
    number_of,
)
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.secret_values import has_credential, is_secret
from envspec.importing.spec import Spec
from envspec.importing.yaml_text import Node
from envspec.ir.canonical import number_text
from envspec.lazy_pattern import lazy_pattern
from envspec.starting.names import name_of, unique
from envspec.syntax.strings import quote

_TYPES = {"string": "string", "number": "number", "integer": "integer", "boolean": "boolean"}
_DATA = frozenset({
    "uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model", "path", "azureml_model",
    "mltable_folder", "safe_model", "data",
})  # fmt: skip
_ADDRESS = lazy_pattern(
    r"azureml:|runs:/|models:/|mlflow-artifacts:|git@|(?!file:)[A-Za-z][A-Za-z0-9+.-]+://"
)
_REASONS = reasons(COMMAND_JOB, "inputs.*.")


@frozen
class Value(Frozen):
    """What an input is. For data `text` is what stands in `inputs` (a path in quotes, `param.x`, `run.a.outputs.b`);
    for a literal the reference to its param. `several`: see `azureml_command.Bound`."""

    text: str
    is_data: bool
    several: bool = False


def param_names(spec: Spec) -> list[str]:
    """`add_param` writes a blank behind every name."""
    return [param.partition(" ")[0] for param in spec.params]


def add_param(
    spec: Spec, wanted: str, default: str = "", kind: str = "", remark: str = "", step: str = ""
) -> str:
    """Declares a param and gives its name. `kind` is its type where the default does not say it; when another one is
    called so, `step` is put in front."""
    taken = param_names(spec)
    name = name_of(wanted, "value")
    if name in taken and step:
        name = name_of(f"{step}-{name}", name)
    name = unique(name, taken)
    declared = f"{name} : {kind}" if kind else name
    line = f"{declared} = {default}" if default else declared
    spec.params.append(f"{line}  # {remark}" if remark and remark.isprintable() else line)
    return name


def value_of(
    fields: Fields,
    key: str,
    spec: Spec,
    parent: Mapping[str, Value],
    declared: Node | None = None,
    step: str = "",
) -> Value | None:
    """The value of the input `key`, told of; None when it has none and needs none. `parent` is what `${{parent.…}}`
    names, `declared` what the component says of the input, which gives it its type and default."""
    node = fields.take(key)
    if node.kind == "mapping":
        inner = fields.within(key, node)
        if _is_elsewhere(inner):
            inner.whole = fields.kept(key, node)
        return _declared(inner, fields, key, node, spec, parent, step)
    kind = _type(declared) if declared is not None else ""
    if node.kind == "sequence":
        fields.dropped(key, node, "a single value or a mapping is expected here")
        return None
    if is_nothing(node):
        fields.changed(
            key, node, f"param {name_of(key, 'value')}", "it holds nothing: give it a value when it is used"
        )
        return Value(f"param.{add_param(spec, key, kind='string', step=step)}", False)
    if "${{" in node.text:
        return _placeholder(fields, key, node, spec, parent, step, is_data=kind in _DATA)
    if kind in _DATA:
        if _ADDRESS.match(node.text.strip()):
            fields.kept(key, node)
        return _data(fields, key, node, node.text, spec, step)
    return _literal(fields, key, node, spec, _TYPES.get(kind, ""), step)


def _is_elsewhere(inner: Fields) -> bool:
    """Whether an input is data that only a cloud finds, or that is outside of the project."""
    node = inner.node.get("path" if inner.node.get("path").kind else "data")
    text = node.text.strip()
    return (
        bool(text) and "${{" not in text and (_ADDRESS.match(text) is not None or _place(inner, text) is None)
    )


def _place(fields: Fields, written: str) -> str | None:
    return fields.asked.place(re.sub(r"^file:(?://)?", "", written), fields.folder)


def _type(declared: Node) -> str:
    return declared.get("type").text.lower()


def _declared(
    inner: Fields, fields: Fields, key: str, node: Node, spec: Spec, parent: Mapping[str, Value], step: str
) -> Value | None:
    """An input with a type: `{type: uri_folder, path: data}`, `{type: number, default: 1}`."""
    type_ = inner.scalar("type")
    written = "path" if "path" in inner.left or "data" not in inner.left else "data"  # as older files have it
    path = inner.scalar(written)
    value = inner.scalar("value") or inner.scalar("default")
    kind = type_.text.lower() if type_ is not None else "uri_folder" if path is not None else ""
    optional = inner.scalar("optional")
    description = inner.left.get("description", Node()).text.strip()
    remark = " ".join(description.split()) if not is_secret(key, description) else ""
    may_miss = optional is not None and optional.value is True
    if optional is not None:
        inner.carried("optional", optional, "param")
    inner.drop_rest(_REASONS)
    if kind in _TYPES and path is None:
        if type_ is not None:
            inner.carried("type", type_, "param")
        if value is not None and "${{" in value.text:
            return _placeholder(inner, "default", value, spec, parent, step, key)
        if value is not None:
            return _literal(inner, "default", value, spec, _TYPES[kind], step, key, remark)
        if may_miss:
            fields.dropped(key, node, "it has no value and needs none")
            return None
        name = add_param(spec, key, kind=_TYPES[kind], remark=remark, step=step)
        fields.carried(key, node, f"param {name}")
        return Value(f"param.{name}", False)
    if type_ is None:
        inner.not_written("type")
    else:
        if kind in ("uri_file", "uri_folder"):
            inner.carried("type", type_, "inputs")
            here = inner.folder / path.text.strip() if path is not None else None
            if here is not None and here.is_dir() != (kind == "uri_folder"):
                inner.kept("type", type_)
        elif kind in _DATA:
            inner.kept("type", type_)
            inner.changed(
                "type", type_, "inputs", reason_of(COMMAND_JOB, "inputs.*.type", "it is a kind of data")
            )
        else:
            inner.dropped("type", type_, "it is no type of an input that is known")
    place = path or value
    if place is None and may_miss:
        fields.dropped(key, node, "it has no value and needs none")
        return None
    if place is None:
        name = add_param(spec, key, kind="path", remark=remark, step=step)
        fields.carried(key, node, f"param {name}")
        return Value(f"param.{name}", True)
    if "${{" in place.text:
        return _placeholder(inner, written, place, spec, parent, step, key, is_data=True)
    return _data(inner, written, place, place.text, spec, step, key)


def _literal(
    fields: Fields, key: str, node: Node, spec: Spec, kind: str, step: str, name: str = "", remark: str = ""
) -> Value:
    wanted = name or key
    text, own = literal(node)
    if is_secret(wanted, node.text):
        label = add_param(spec, wanted, kind="string", step=step)
        fields.asked.report.changed(
            fields.path(key), fields.shown, node.line, f"param {label}",
            "a spec holds no credentials: give it when it is used, or better as a variable that is a secret",
        )  # fmt: skip
        return Value(f"param.{label}", False)
    reason = ""
    if own == "boolean" and kind in ("string", "number", "integer"):
        text, own = quote(node.text), "string"
        if kind != "string":
            reason = f"it is of type `{kind}`, and `{node.text}` is none: it stays a text"
        kind = ""
    elif own == "boolean":
        reason = f"it is passed as `{text}`"
    elif kind in ("number", "integer") and own == "string":
        number = number_of(node.text.strip())
        if number is None or (kind == "integer" and not isinstance(number, int)):
            kind, reason = "", f"it is of type `{kind}`, and `{node.text}` is none: it stays a text"
        else:
            text = node.text.strip()
            reason = f"it is passed as `{number_text(number)}`" if number_text(number) != text else ""
    elif kind == "integer" and own == "number":
        kind = "number"
    elif kind == "string" and own != "string":
        text = quote(node.text)
    elif kind == "boolean" and own != "boolean":
        kind, reason = "", f"it is of type `boolean`, and `{node.text}` is none: it stays a text"
    label = add_param(spec, wanted, text, "number" if kind == "number" else "", remark, step)
    if label != wanted:
        reason = "; ".join(
            filter(None, (reason, "a name is lower-case letters, digits, `_` and `-`, and names one"))
        )
    if reason:
        fields.changed(key, node, f"param {label}", reason)
    else:
        fields.carried(key, node, f"param {label}")
    return Value(f"param.{label}", False, text.startswith('"') and has_blanks(node.text))


def _placeholder(
    fields: Fields,
    key: str,
    node: Node,
    spec: Spec,
    parent: Mapping[str, Value],
    step: str,
    name: str = "",
    *,
    is_data: bool = False,
) -> Value:
    """`${{parent.inputs.x}}` or `${{parent.jobs.y.outputs.z}}`."""
    match = PLACEHOLDER.fullmatch(node.text.strip())
    named = "" if match is None else match[1] if match[1] in parent else f"parent.{match[1]}"
    if named in parent:
        value = parent[named]
        fields.carried(key, node, value.text)
        return value
    is_data = is_data or (match is not None and ".outputs." in match[1])
    label = add_param(spec, name or key, kind="path" if is_data else "string", step=step)
    reason = "nothing is known of what it names: give it a value when it is used"
    if match is None:
        reason = "a text with placeholders in it is not put together here: give it a value when it is used"
    fields.changed(key, node, f"param {label}", reason)
    return Value(f"param.{label}", is_data)


def _data(fields: Fields, key: str, node: Node, written: str, spec: Spec, step: str, name: str = "") -> Value:
    """A path in the project, else a param for one."""
    wanted = name or key
    local = re.sub(r"^file:(?://)?", "", written.strip())
    place = None if _ADDRESS.match(written.strip()) else fields.asked.place(local, fields.folder)
    if place is not None and is_there(fields.folder / local):
        fields.carried(key, node, "inputs")
        return Value(quote(place), True)
    if place is not None:
        fields.changed(key, node, "inputs", f"there is nothing at `{local}` yet", absent(local, node))
        return Value(quote(place), True)
    label = add_param(spec, wanted, kind="path", remark=shown_address(written), step=step)
    reason = (
        "it lies where only a cloud finds it"
        if _ADDRESS.match(written.strip())
        else "it is outside of the project"
    )
    fields.changed(key, node, f"param {label}", f"{reason}: say where it is here when it is used")
    return Value(f"param.{label}", True)


def shown_address(text: str) -> str:
    """An address without its query, where signatures are, and without a user."""
    bare = re.sub(r"[?#].*", "", " ".join(text.split()))
    return "" if has_credential(bare) else re.sub(r"://[^/@\s]*@", "://", bare)[:200]
