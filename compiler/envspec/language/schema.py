"""The JSON Schema of the project document, made from the table of attributes.

`python -m envspec.language.schema` writes `grammar/ir.schema.json`; a test holds that the file is what this
makes. Forms that JSON lacks are objects with one key: `{"bytes": n}`, `{"seconds": n}`, `{"secret": id}`,
`{"environment": id}`, `{"model": id}`, `{"endpoint": id}`, `{"index": id}`, `{"channel": id}`, `{"target": id}`,
`{"join": [part, …]}`, `{"run": id, "output": name}`, and `{"$param": name, "type": type}` where a param has
no value yet.
"""

from __future__ import annotations

import json
from typing import Any

from envspec.language.attributes import BLOCKS, RECORDS, Attribute, BlockKind
from envspec.language.environment_reference import PATTERN
from envspec.language.types import Type

SCHEMA_ID = "https://envspec.example/schema/ir-1.json"

PLURALS = {
    "environment": "environments",
    "run": "runs",
    "deployment": "deployments",
    "endpoint": "endpoints",
    "model": "models",
    "index": "indexes",
    "channel": "channels",
    "secret": "secrets",
    "target": "targets",
}

_REF = {"type": "string", "minLength": 1}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties) if required is None else required,
        "additionalProperties": False,
    }


def _definitions() -> dict[str, Any]:
    hole = {"type": "object", "minProperties": 1, "maxProperties": 1,
            "properties": {"input": _REF, "output": _REF}, "additionalProperties": False}  # fmt: skip
    return {
        "param": _object({"$param": _REF, "type": {"type": "string"}}),
        "is_param": {"type": "object", "required": ["$param"]},
        "size": _object({"bytes": {"type": "integer", "minimum": 0}}),
        "duration": _object({"seconds": {"type": "number", "minimum": 0}}),
        "text": {"anyOf": [
            {"type": "string"},
            _object({"join": {"type": "array", "items": {"anyOf": [{"type": "string"}, hole]}}}),
        ]},
        "conda_package": _object({"name": _REF, "spec": _REF}),
        "pip_package": _object({
            "kind": {"enum": ["requirement", "path", "editable"]},
            "name": {"type": "string"},
            "text": _REF,
        }),
        "run_input": {"anyOf": [_object({"path": _REF}), _object({"run": _REF, "output": _REF})]},
        "environment_ref": {"anyOf": [
            _object({"environment": _REF}),
            {"type": "string", "pattern": PATTERN},
        ]},
        "cell": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    }  # fmt: skip


def _bounds(kind: Type) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    if kind.minimum is not None:
        bounds["minimum"] = kind.minimum
    if kind.maximum is not None:
        bounds["maximum"] = kind.maximum
    return bounds


_LEAVES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "script": {"type": "string"},
    "label": {"type": "string"},
    "path": _REF,
    "output_path": _REF,
    "python": _REF,
    "apt_package": _REF,
    "image": _REF,
    "platform": _REF,
    "lock_platform": _REF,
    "user": _REF,
    "url": _REF,
    "channel_name": _REF,
    "registry": _REF,
    "boolean": {"type": "boolean"},
    "scalar": {"type": ["string", "number", "boolean"]},
    "text": {"$ref": "#/$defs/text"},
    "argument": {"$ref": "#/$defs/text"},
    "size": {"$ref": "#/$defs/size"},
    "duration": {"$ref": "#/$defs/duration"},
    "conda_package": {"$ref": "#/$defs/conda_package"},
    "pip_package": {"$ref": "#/$defs/pip_package"},
    "run_input": {"$ref": "#/$defs/run_input"},
}


_KEYS = {
    "name": "^[a-z][a-z0-9_-]*$",
    "variable": "^[A-Za-z_][A-Za-z0-9_]*$",
    "label": "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$",
}


def _plain(kind: Type) -> dict[str, Any]:
    match kind.kind:
        case "list":
            assert kind.item is not None
            least = {} if kind.minimum is None else {"minItems": int(kind.minimum)}
            return {"type": "array", **least, "items": schema_of(kind.item)}
        case "map":
            assert kind.item is not None
            names = {"propertyNames": {"pattern": _KEYS[kind.keys]}} if kind.keys else {}
            return {"type": "object", **names, "additionalProperties": schema_of(kind.item)}
        case "integer" | "number":
            return {"type": kind.kind, **_bounds(kind)}
        case "size" if _bounds(kind):
            return _object({"bytes": {"type": "integer", **_bounds(kind)}})
        case "duration" if _bounds(kind):
            return _object({"seconds": {"type": "number", **_bounds(kind)}})
        case "enumeration":
            return {"enum": list(kind.choices)}
        case "reference" if kind.target == "environment":
            return {"$ref": "#/$defs/environment_ref"}
        case "reference":
            return _object({kind.target: _REF})
        case "either":
            return {"anyOf": [_plain(option) for option in kind.options]}
        case "record":
            return {"$ref": f"#/$defs/{kind.target}"}
        case "string" | "script" if kind.minimum is not None:
            return {"type": "string", "minLength": int(kind.minimum)}
        case leaf:
            return dict(_LEAVES[leaf])


def schema_of(kind: Type) -> dict[str, Any]:
    """The schema of a value of `kind`, or of a param without a value in its place."""
    if kind.kind in {"list", "map", "record"}:
        return _plain(kind)
    return {"if": {"$ref": "#/$defs/is_param"}, "then": {"$ref": "#/$defs/param"}, "else": _plain(kind)}


def _property(row: Attribute) -> dict[str, Any]:
    return {"description": row.doc, **schema_of(row.type)}


def _block(kind: BlockKind) -> dict[str, Any]:
    properties = {row.name: _property(row) for row in kind.attributes if row.name not in _CONSUMED}
    if kind.name in {"environment", "run"}:
        properties["name"] = _REF
        properties["cell"] = {"$ref": "#/$defs/cell"}
    if kind.name == "deployment":
        properties["name"] = _REF
    if kind.name == "environment":
        # Files named by these attributes are read by `resolve`; their entries end up here.
        properties["constraints"] = {
            "description": "Versions allowed, nothing asked for.",
            "type": "array",
            "items": {"$ref": "#/$defs/pip_package"},
        }
    schema: dict[str, Any] = {
        "type": "object",
        "description": kind.doc,
        "properties": properties,
        "additionalProperties": bool(kind.open),
    }
    if kind.required:
        schema["required"] = list(kind.required)
    if kind.exactly_one:
        schema["oneOf"] = [{"required": [name]} for name in kind.exactly_one]
    return schema


_CONSUMED = frozenset({"matrix", "conda_file", "requirements", "pyproject", "constraints"})


def ir_schema() -> dict[str, Any]:
    """The whole schema, with keys in a stable order."""
    definitions = _definitions()
    for kind in (*RECORDS.values(), *BLOCKS.values()):
        definitions[kind.name] = _block(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "envspec IR, edition 1",
        "type": "object",
        "properties": {
            "edition": {"const": 1},
            **{
                PLURALS[name]: {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{name}"}}
                for name in BLOCKS
            },
        },
        "required": ["edition"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def schema_text() -> str:
    """The text of `grammar/ir.schema.json`."""
    return json.dumps(ir_schema(), indent=2, ensure_ascii=False, sort_keys=False) + "\n"


if __name__ == "__main__":
    from importlib.resources import as_file, files

    with as_file(files("envspec.grammar") / "ir.schema.json") as path:
        path.write_text(schema_text(), encoding="utf-8")
