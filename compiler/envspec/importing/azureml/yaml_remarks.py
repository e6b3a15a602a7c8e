"""Comments of a YAML file by the key of its mapping that they stand at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envspec.importing.comments import comments_of
from envspec.importing.yaml_text import Node


def remarks_of(text: str, root: Node, without: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Lines of comments, without `#`, by key: those before it or inside of its value, and those behind. What stands
    after the last key is at an empty one. `without` names a key inside the value of a key, whose comments whoever reads
    it takes. Nothing that has the form of a credential is in them."""
    from envspec.diagnostics.credentials import masked

    keys: dict[int, str] = {}
    quiet: set[int] = set()
    places: list[tuple[int, int]] = []
    for key, node in root.entries.items():
        inside = node.get((without or {}).get(key, ""))
        own = {one.start for one in _scalars(inside)} if inside.kind != "scalar" else set()
        for one in _scalars(node):
            keys[one.start] = key
            places.append((one.start, one.end))
            if one.start in own:
                quiet.add(one.start)
    found, rest = comments_of(text, places)
    remarks: dict[str, list[str]] = {}
    for start, stands in sorted(found.items()):
        lines = [] if start in quiet else [*stands.above, *filter(None, [stands.behind])]
        if lines:
            remarks.setdefault(keys[start], []).extend(map(masked, lines))
    if rest:
        remarks[""] = list(map(masked, rest))
    return remarks


def _scalars(node: Node) -> Iterator[Node]:
    if node.kind == "scalar":
        yield node
    for one in (*node.items, *node.entries.values()):
        yield from _scalars(one)
