"""Whether a document is certainly valid against the IR's schema, without importing jsonschema.

A right file is the common case, and importing jsonschema takes longer than everything else that `check` does.
So a right document is accepted here, by the same schema file, read by the letter of JSON Schema 2020-12 for the
keywords that it uses; any doubt, and any keyword not known here, goes to jsonschema, which alone says what is
wrong. A test holds that both accept the same documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

Json = Any
Schema = Mapping[str, Json] | bool
_Keyword = Callable[["Acceptance", Json, Json, Mapping[str, Json]], bool]

_SAYS_NOTHING = frozenset({"$schema", "$id", "$defs", "title", "description", "then", "else"})
"""Annotations, and what `if` looks at."""


class Acceptance:
    """One schema document; its `$ref`s are to its own `$defs`."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self._schema = schema

    def accepts(self, value: Json) -> bool:
        """True only when the value is valid; False when it is not, or when this cannot tell."""
        try:
            return self._valid(self._schema, value)
        except _UnknownError:
            return False

    def _valid(self, schema: Schema, value: Json) -> bool:
        if isinstance(schema, bool):
            return schema
        for keyword, wanted in schema.items():
            if keyword in _SAYS_NOTHING:
                continue
            known = _KEYWORDS.get(keyword)
            if known is None:
                raise _UnknownError(keyword)
            if not known(self, wanted, value, schema):
                return False
        return True

    def _ref(self, wanted: Json, value: Json, _: Mapping[str, Json]) -> bool:
        prefix, _slash, name = str(wanted).rpartition("/")
        if prefix != "#/$defs" or name not in self._schema["$defs"]:
            raise _UnknownError(wanted)
        return self._valid(self._schema["$defs"][name], value)

    def _if(self, wanted: Json, value: Json, schema: Mapping[str, Json]) -> bool:
        branch = "then" if self._valid(wanted, value) else "else"
        return self._valid(schema.get(branch, True), value)

    def _properties(self, wanted: Json, value: Json, _: Mapping[str, Json]) -> bool:
        if not isinstance(value, dict):
            return True
        return all(self._valid(schema, value[name]) for name, schema in wanted.items() if name in value)

    def _additional(self, wanted: Json, value: Json, schema: Mapping[str, Json]) -> bool:
        if not isinstance(value, dict):
            return True
        known = schema.get("properties", {})
        return all(self._valid(wanted, inner) for name, inner in value.items() if name not in known)

    def _names(self, wanted: Json, value: Json, _: Mapping[str, Json]) -> bool:
        return not isinstance(value, dict) or all(self._valid(wanted, name) for name in value)

    def _items(self, wanted: Json, value: Json, _: Mapping[str, Json]) -> bool:
        return not isinstance(value, list) or all(self._valid(wanted, inner) for inner in value)

    def _any(self, wanted: Json, value: Json, _: Mapping[str, Json]) -> bool:
        return any(self._valid(schema, value) for schema in wanted)

    def _one(self, wanted: Json, value: Json, _: Mapping[str, Json]) -> bool:
        return sum(self._valid(schema, value) for schema in wanted) == 1


class _UnknownError(Exception):
    """The schema says something that is not known here."""


def _is(value: Json, name: str) -> bool:
    match name:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "integer":
            return _is(value, "number") and (isinstance(value, int) or value.is_integer())
    raise _UnknownError(name)


def _equal(value: Json, wanted: Json) -> bool:
    if isinstance(wanted, str):
        return isinstance(value, str) and value == wanted
    if _number(wanted):
        return _number(value) and bool(value == wanted)
    raise _UnknownError("const and enum are known for strings and numbers only")


def _number(value: Json) -> bool:
    return _is(value, "number")


_pattern = lru_cache(maxsize=None)(re.compile)

_KEYWORDS: Mapping[str, _Keyword] = {
    "$ref": Acceptance._ref,
    "if": Acceptance._if,
    "properties": Acceptance._properties,
    "additionalProperties": Acceptance._additional,
    "propertyNames": Acceptance._names,
    "items": Acceptance._items,
    "anyOf": Acceptance._any,
    "oneOf": Acceptance._one,
    "type": lambda _, wanted, value, __: (
        _is(value, wanted) if isinstance(wanted, str) else any(_is(value, name) for name in wanted)
    ),
    "required": lambda _, wanted, value, __: (
        not isinstance(value, dict) or all(name in value for name in wanted)
    ),
    "minProperties": lambda _, wanted, value, __: not isinstance(value, dict) or len(value) >= wanted,
    "maxProperties": lambda _, wanted, value, __: not isinstance(value, dict) or len(value) <= wanted,
    "minLength": lambda _, wanted, value, __: not isinstance(value, str) or len(value) >= wanted,
    "minItems": lambda _, wanted, value, __: not isinstance(value, list) or len(value) >= wanted,
    "pattern": lambda _, wanted, value, __: (
        not isinstance(value, str) or _pattern(wanted).search(value) is not None
    ),
    "minimum": lambda _, wanted, value, __: not _number(value) or value >= wanted,
    "maximum": lambda _, wanted, value, __: not _number(value) or value <= wanted,
    "const": lambda _, wanted, value, __: _equal(value, wanted),
    "enum": lambda _, wanted, value, __: any(_equal(value, one) for one in wanted),
}
