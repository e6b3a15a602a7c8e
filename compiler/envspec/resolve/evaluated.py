"""Evaluated values: JSON with the place where every part of it was written.

`Atom` is a leaf of the document (which may be an object such as `{"bytes": 1}`), `Items` a list, `Fields` a
map or record. `Items` and `Fields` are built by one merge and not changed after it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from envspec.diagnostics import Span
from envspec.frozen import Mutable, field, mutable


@mutable
class Atom(Mutable):
    """`is_path`: the text is a path that is root-relative already, as a `path` param is."""

    json: Any
    span: Span
    is_path: bool = False


@mutable
class Items(Mutable):
    """`damaged`: an element is not there because of a mistake that has been told."""

    items: list[Evaluated]
    span: Span
    damaged: bool = False


@mutable
class Fields(Mutable):
    """`keys` also holds the names that were written but whose value could not be had. `damaged`: something is
    not there because of a mistake that has been told, so nothing may be called missing."""

    entries: dict[str, Evaluated]
    span: Span
    keys: dict[str, Span] = field(default_factory=dict)
    damaged: bool = False


Evaluated: TypeAlias = Atom | Items | Fields


@mutable
class Origins(Mutable):
    """Where the parts of the document were written, by JSON pointer: values, and the names of keys. `damaged`
    are the pointers of lists, maps and records of which something is not there because of a mistake."""

    values: dict[str, Span] = field(default_factory=dict)
    keys: dict[str, Span] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)

    def locate(self, pointer: str) -> Span | None:
        """The place of a pointer, or of the nearest thing around it."""
        while pointer:
            found = self.values.get(pointer)
            if found is not None:
                return found
            pointer = pointer.rpartition("/")[0]
        return None


def escape(key: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def to_json(value: Evaluated, pointer: str, origins: Origins) -> Any:
    """The JSON of a value; its places are added to `origins` under `pointer`."""
    origins.values[pointer] = value.span
    match value:
        case Atom(json, _):
            return json
        case Items(items, _, damaged):
            if damaged:
                origins.damaged.add(pointer)
            return [to_json(item, f"{pointer}/{index}", origins) for index, item in enumerate(items)]
        case Fields(entries, _, keys, damaged):
            result = {}
            if damaged:
                origins.damaged.add(pointer)
            for key, entry in entries.items():
                inner = f"{pointer}/{escape(key)}"
                result[key] = to_json(entry, inner, origins)
            for key, span in keys.items():
                origins.keys[f"{pointer}/{escape(key)}"] = span
            return result
