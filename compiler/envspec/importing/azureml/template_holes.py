"""Holes of a template in YAML: `name: {{deployment_name}}`, which YAML itself takes for a mapping or does not read.

A hole is hidden while the text is read, in as many characters, so that every place in it stays what it was; then the
texts have it again. `${{inputs.x}}` is an expression and no hole, and is read as it stands.
"""

from __future__ import annotations

from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_HOLE = lazy_pattern(r"(?<!\$)\{\{([ \t]*[A-Za-z_<][\w.>-]*[ \t]*)\}\}")
_OPEN, _SHUT = "\ue000", "\ue001"
"""Two characters of the private use area, which YAML takes for letters."""


def hidden(text: str) -> str:
    """The text with signs for the brackets of its holes; blanks inside of them are hidden too."""
    if "{{" not in text or _OPEN in text or _SHUT in text:
        return text
    return _HOLE.sub(
        lambda match: f"{_OPEN * 2}{match[1].replace(' ', _OPEN).replace(chr(9), _OPEN)}{_SHUT * 2}", text
    )


def shown(node: Node) -> Node:
    """The nodes of a hidden text, with their holes."""
    if node.kind == "sequence":
        items = tuple(map(shown, node.items))
        return Node(node.kind, "", items, {}, node.start, node.end, node.line)
    if node.kind == "mapping":
        entries = {_with_holes(key): shown(value) for key, value in node.entries.items()}
        return Node(node.kind, "", (), entries, node.start, node.end, node.line)
    if _OPEN not in node.text:
        return node
    return Node("scalar", _with_holes(node.text), (), {}, node.start, node.end, node.line, plain=False)


def has_hole(text: str) -> bool:
    return _HOLE.search(text) is not None


def _with_holes(text: str) -> str:
    if _OPEN not in text:
        return text
    return text.replace(_OPEN * 2, "{{").replace(_SHUT * 2, "}}").replace(_OPEN, " ")
