"""What contains what: the nodes around an offset, and those that people fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from envspec.diagnostics import Source, Span
from envspec.syntax.nodes import Block, Body, ListValue, MapValue, Module, StringValue


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below one."""
    for field in fields(node):
        value = getattr(node, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if is_dataclass(inner) and not isinstance(inner, Span) and hasattr(inner, "span"):
                yield inner


def path_to(module: Module, offset: int) -> list[Any]:
    """The nodes around an offset, from the file to the innermost one."""
    found: list[Any] = [module]
    while True:
        inside = [child for child in children(found[-1]) if child.span.start <= offset <= child.span.end]
        if not inside:
            return found
        found.append(inside[-1])  # at the border of two, the one that begins there


def enclosing(module: Module, offset: int) -> list[Span]:
    """The spans around an offset, the innermost first, each wider than the one before, the file last."""
    found: list[Span] = []
    for node in path_to(module, offset):
        if not found or node.span != found[-1]:
            found.append(node.span)
    return found[::-1]


def folds(module: Module, source: Source) -> list[tuple[int, int, bool]]:
    """First and last line, from 1, of what is longer than a line, and whether it is comments."""
    found = {
        (first, last, False)
        for node in below(module)
        if isinstance(node, (Block, Body, ListValue, MapValue, StringValue))
        and (first := source.line_of(node.span.start)) < (last := source.line_of(node.span.end))
    }
    lines = [
        line
        for comment in module.comments
        if source.line(line := source.line_of(comment.span.start)).lstrip().startswith("#")
    ]
    first = last = 0
    for line in [*lines, 0]:
        if line == last + 1 and last:
            last = line
            continue
        if first < last:
            found.add((first, last, True))
        first = last = line
    return sorted(found)


def below(node: Any) -> Iterator[Any]:
    """All nodes inside one."""
    for child in children(node):
        yield child
        yield from below(child)
