"""Comments of Azure ML's YAML, at what their lines became.

A comment belongs to the value that follows it or stands before it on its line. What that became, the report says.
A comment of what became nothing, or of what several blocks have, stands at the top of the spec.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.diagnostics.credentials import masked
from envspec.importing.asked import Asked
from envspec.importing.comments import comments_of
from envspec.importing.report import DROPPED, Line
from envspec.importing.spec import Block, Spec
from envspec.importing.yaml_text import Node

_LABELLED = ("environment", "run", "deployment", "model")


def keep_comments(asked: Asked, text: str, root: Node, spec: Spec) -> None:
    """Adds the comments of the file to a spec that was made of `root`."""
    leaves = {node.start: (node, own) for node, own in _leaves(root)}
    places = [(node.start, _end(text, node)) for node, _ in leaves.values()]
    remarks, rest = comments_of(text, places)
    shown = asked.shown(asked.path)
    became: dict[int, Line] = {}
    for line in asked.report.lines:
        if line.file == shown and line.outcome != DROPPED:
            became.setdefault(line.line, line)
    first = min(remarks, default=0)
    for start, found in sorted(remarks.items()):
        node, own = leaves[start]
        if own:  # a conda file's comments are with its packages
            continue
        lines = [one for one in (*found.above, found.behind) if one and masked(one) == one]
        if lines:
            into = spec.above if start == first else _place(spec, became.get(node.line))
            into += lines
    spec.above += [one for one in rest if one and masked(one) == one]


def _leaves(node: Node, own: bool = False) -> Iterator[tuple[Node, bool]]:
    """Single values with a place of their own, and whether they are those of a conda file."""
    if node.kind == "scalar" and node.end > node.start:
        yield node, own
    for one in node.items:
        yield from _leaves(one, own)
    for key, one in node.entries.items():
        yield from _leaves(one, own or (key == "conda_file" and one.kind == "mapping"))


def _end(text: str, node: Node) -> int:
    """Where a value ends: one in several lines without the line end behind it."""
    end = node.end
    while end > node.start + 1 and text[end - 1] in " \r\n\t":
        end -= 1
    return end


def _place(spec: Spec, line: Line | None) -> list[str]:
    """The comments of what a line of the report became."""
    if line is None:
        return spec.above
    word, _, label = line.became.partition(" ")
    if word in _LABELLED:
        block = next((one for one in spec.blocks if (one.kind, one.label) == (word, label)), None)
        return block.above if block is not None else spec.above
    attribute = word.partition(".")[0]
    having: list[Block] = [one for one in spec.blocks if attribute in one.attributes]
    if len(having) != 1:
        return spec.above
    return having[0].comments.setdefault(attribute, [])
