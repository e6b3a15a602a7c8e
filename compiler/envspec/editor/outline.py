"""What a file declares, as an outline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from envspec.diagnostics import Span
from envspec.frozen import Frozen, frozen
from envspec.syntax.nodes import Attribute, Block, Import, Module, Param, Statement


@frozen
class Symbol(Frozen):
    """`detail` is the keyword of a block; `name_span` lies within `span`."""

    kind: Literal["import", "param", "block", "attribute"]
    name: str
    detail: str
    span: Span
    name_span: Span
    inside: tuple[Symbol, ...] = ()


def outline(module: Module) -> tuple[Symbol, ...]:
    """The healthy statements of a file, in its order, with what stands in them."""
    return tuple(_symbols(module.statements))


def _symbols(statements: Sequence[Statement]) -> Iterator[Symbol]:
    for node in statements:
        match node:
            case Block():
                name = node.label or node.keyword
                detail = node.keyword.text if node.label else ""
                inside = tuple(_symbols(node.body.entries))
                yield Symbol("block", name.text or node.keyword.text, detail, node.span, name.span, inside)
            case Param():
                yield Symbol("param", node.name.text, "param", node.span, node.name.span)
            case Import():
                path = node.path.plain or "?"
                alias = node.alias
                name_span = node.path.span if alias is None else alias.span
                yield Symbol("import", path if alias is None else alias.text, path, node.span, name_span)
            case Attribute():
                yield Symbol("attribute", node.name.text, "", node.span, node.name.span)
