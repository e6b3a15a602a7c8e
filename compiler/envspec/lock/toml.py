"""Values of TOML in the one form that our files have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def string(text: str) -> str:
    """A basic string; everything that is not plain is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if escaped.isprintable():
        return f'"{escaped}"'
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def inline(table: Mapping[str, Any]) -> str:
    """An inline table of strings, booleans and such tables."""
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in table.items()) + " }"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return string(value) if isinstance(value, str) else inline(value)
