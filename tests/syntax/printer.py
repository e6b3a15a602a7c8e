"""A printer of nodes for the round trip: strings are quoted in one plain way, entries stand on lines."""

from __future__ import annotations

from typing import Any

from envspec.syntax import nodes as n
from envspec.syntax.strings import quote


def print_module(module: n.Module) -> str:
    return "".join(f"{_statement(statement)}\n" for statement in module.statements)


def _statement(node: n.Statement) -> str:
    match node:
        case n.Import(path=path, alias=alias):
            return f"import {print_value(path)}" + (f" as {alias.text}" if alias else "")
        case n.Param(name=name, type=kind, default=default):
            typed = f" : {kind.text}" if kind else ""
            return f"param {name.text}{typed}" + ("" if default is None else f" = {print_value(default)}")
        case n.Attribute(name=name, operator=operator, value=value):
            return f"{name.text} {operator} {print_value(value)}"
        case n.Block(keyword=keyword, label=label, extends=extends, body=body):
            head = keyword.text + (f" {label.text}" if label else "")
            head += f" extends {print_value(extends)}" if extends else ""
            return f"{head} {{\n" + "".join(f"{_statement(entry)}\n" for entry in body.entries) + "}"


def print_value(node: Any) -> str:
    match node:
        case n.StringValue(parts=parts):
            inner = (
                quote(p)[1:-1] if isinstance(p, str) else f"${{{print_value(p.reference)}}}" for p in parts
            )
            return '"' + "".join(inner) + '"'
        case n.NumberValue(text=text) | n.SizeValue(text=text) | n.DurationValue(text=text):
            return text
        case n.BooleanValue(value=value):
            return "true" if value else "false"
        case n.NoneValue():
            return "none"
        case n.ListValue(items=items):
            return "[" + ", ".join(print_value(item) for item in items) + "]"
        case n.MapValue(entries=entries):
            return "{ " + ", ".join(f"{_key(e.key)} = {print_value(e.value)}" for e in entries) + " }"
        case n.Reference(segments=segments):
            return ".".join(_segment(segment) for segment in segments)
    raise AssertionError(node)


def _key(key: n.Identifier | n.StringValue) -> str:
    return key.text if isinstance(key, n.Identifier) else print_value(key)


def _segment(segment: n.Segment) -> str:
    if segment.cell is None:
        return segment.name
    return f"{segment.name}[{', '.join(f'{c.name.text}={print_value(c.value)}' for c in segment.cell)}]"
