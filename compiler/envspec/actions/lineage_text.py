"""A lineage as text: an outline for a terminal, and Mermaid for pages that draw it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from envspec.actions.lineage import DATA, DEPLOYMENT, ENVIRONMENT, MODEL, REGISTRY, RUN, Edge, Lineage, Node

_SHAPES = {
    DATA: ("[(", ")]"),
    REGISTRY: ("[/", "/]"),
    ENVIRONMENT: ("[", "]"),
    RUN: ("([", "])"),
    MODEL: ("{{", "}}"),
    DEPLOYMENT: ("[[", "]]"),
}
"""What each kind looks like in Mermaid."""


def outline(found: Lineage) -> str:
    """A line for each thing below the environment that it needs, and below that what came of it. A thing with several
    sources is told in full once."""
    nodes = {node.key: node for node in found.nodes}
    after: dict[str, list[Edge]] = {}
    for edge in found.edges:
        if edge.target in nodes:
            after.setdefault(edge.source, []).append(edge)
    told: set[str] = set()

    def below(key: str) -> Iterator[str]:
        # No recursion: runs that continue one another may be a chain of thousands.
        open_ = [_children(after.get(key, []), "")]
        while open_:
            child = next(open_[-1], None)
            if child is None:
                open_.pop()
                continue
            edge, branch, indent = child
            node = nodes[edge.target]
            again = "" if node.key not in told else " …" if node.key in after else ""
            as_what = f" ({edge.label})" if edge.label else ""
            yield f"{branch}{_line(node)}{as_what}{again}"
            if node.key not in told:
                told.add(node.key)
                open_.append(_children(after.get(node.key, []), indent))

    lines: list[str] = []
    for node in found.nodes:
        if node.kind in (ENVIRONMENT, DATA, REGISTRY):
            lines.append(_line(node))
            lines += below(node.key)
    lines += [_line(node) for node in found.nodes if node.kind == MODEL and not _has_source(node, found)]
    return "\n".join(lines)


def _children(edges: Sequence[Edge], indent: str) -> Iterator[tuple[Edge, str, str]]:
    """Each edge with what its line begins with, and what those below it do."""
    for at, edge in enumerate(edges):
        last = at == len(edges) - 1
        yield edge, indent + ("└─ " if last else "├─ "), indent + ("   " if last else "│  ")


def _has_source(node: Node, found: Lineage) -> bool:
    return any(edge.target == node.key for edge in found.edges)


def _line(node: Node) -> str:
    return f"{node.kind} {node.name}" + (f"  {node.note}" if node.note else "")


def mermaid(found: Lineage) -> str:
    """A flowchart. Names are quoted, so none of them becomes a part of the chart's own text."""
    numbers = {node.key: f"n{at}" for at, node in enumerate(found.nodes)}
    lines = ["flowchart LR"]
    for node in found.nodes:
        begin, end = _SHAPES[node.kind]
        note = f"<br>{_quoted(node.note)}" if node.note else ""
        lines.append(f'    {numbers[node.key]}{begin}"{_quoted(node.name)}{note}"{end}')
    for edge in found.edges:
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"    {numbers[edge.source]} -->{label} {numbers[edge.target]}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """As the characters that Mermaid shows and does not read."""
    return re.sub(r"[^A-Za-z0-9 ._/-]", lambda match: f"#{ord(match[0])};", text)
