"""Nodes as text that a person can review: one node a line, its children indented, and the text it covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from envspec.diagnostics import Span

_QUIET = ("span", "header", "origins", "damaged", "lost", "torn", "comments")


def dump(node: Any, text: str) -> str:
    return "\n".join(_lines(node, text, 0, "")) + "\n"


def _lines(node: Any, text: str, depth: int, name: str) -> Iterator[str]:
    pad = "  " * depth + (f"{name}: " if name else "")
    if node is None or isinstance(node, (str, int, float)):
        yield f"{pad}{node!r}"
    elif isinstance(node, tuple):
        yield f"{pad}{len(node)} of"
        for item in node:
            yield from _lines(item, text, depth + 1, "")
    else:
        covered = text[node.span.start : node.span.end]
        short = covered if len(covered) < 60 else f"{covered[:40]} … {covered[-10:]}"
        yield f"{pad}{type(node).__name__} {short!r}"
        for field in fields(node):
            if field.name not in _QUIET:
                yield from _lines(getattr(node, field.name), text, depth + 1, field.name)


def meaning(node: Any) -> Any:
    """A node without its places: equal for equal meanings."""
    if isinstance(node, tuple) and not isinstance(node, Span):
        return tuple(meaning(item) for item in node)
    if hasattr(node, "span"):
        rest = (meaning(getattr(node, field.name)) for field in fields(node) if field.name not in _QUIET)
        return (type(node).__name__, *rest)
    return (type(node).__name__, node)


def all_nodes(node: Any) -> Iterator[Any]:
    """The node and all below it."""
    if isinstance(node, tuple) and not isinstance(node, Span):
        for item in node:
            yield from all_nodes(item)
    elif hasattr(node, "span"):
        yield node
        for field in fields(node):
            yield from all_nodes(getattr(node, field.name))
