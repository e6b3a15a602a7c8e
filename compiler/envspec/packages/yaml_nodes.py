"""The nodes of YAML texts, by libyaml where PyYAML was built with it, which takes a tenth of the time.

In: a text. Out: PyYAML's node of its first document, or of its only one. Always: the nodes, their places and the errors
are those of PyYAML's own parser, which also reads where there is no libyaml. The two differ in corners, such as a tab
between words or an empty value before a bracket: what may hold one is not given to libyaml, or not believed. An error is
told by PyYAML's parser, which reads again up to there. The `style` of a scalar without quotes is None or empty.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from envspec.lazy_pattern import lazy_pattern

_CORNERS = lazy_pattern(r"[\t\ufeff?]|(?:\A|[\r\n\x85\u2028\u2029])%|(?<![\w.*\]])!|!(?!=)|[|>][-+0-9]*#")
"""Tabs and byte order marks, keys with `?`, directives, tags (all but the likes of `a!=1`), and comments right behind the
head of a block."""


class Document(NamedTuple):
    """`node` is None where there is nothing."""

    node: Any


class TooDeepError(Exception):
    """The text has more levels than may be read; `node` is where the first begins, an event of PyYAML."""

    def __init__(self, node: Any) -> None:
        super().__init__("nested too deeply")
        self.node = node


def first_document(text: str, deepest: int) -> Any:
    """The node of the first document, None for nothing. Raises `TooDeepError` for a node below `deepest` levels and, as
    PyYAML, `yaml.YAMLError` and `ValueError`."""
    read = by_libyaml(text, deepest)
    if read is not None:
        return read.node
    loader = _bounded()(text, deepest)
    try:
        return loader.get_node() if loader.check_node() else None
    finally:
        loader.dispose()


def by_libyaml(text: str, deepest: int, *, only: bool = False) -> Document | None:
    """The first document, or the only one. None when PyYAML's own parser has to say what there is: also for an error and for
    more than `deepest` levels."""
    import yaml

    kind: Any = getattr(yaml, "CSafeLoader", None)
    if kind is None or _CORNERS.search(text):
        return None
    loader: Any = None
    try:
        loader = kind(text)
        there = only or loader.check_node()
        node = (loader.get_single_node() if only else loader.get_node()) if there else None
    except (yaml.YAMLError, ValueError):
        return None
    finally:
        if loader is not None:
            loader.dispose()
    return Document(node) if _believed(node, deepest, ended=text.endswith("\n")) else None


def _believed(root: Any, deepest: int, *, ended: bool) -> bool:
    """Whether no node is too deep, and none is of those whose place libyaml has elsewhere: empty values in brackets, and
    those at the end of a last line that has not `ended`."""
    seen: set[int] = set()

    def good(node: Any, in_brackets: bool, left: int) -> bool:
        if not left:
            return False
        if node.id == "scalar":
            return bool(node.value or node.style or (ended and not in_brackets))
        if id(node) in seen:  # an alias, which stands behind its node
            return True
        seen.add(id(node))
        inner = bool(node.flow_style)
        if node.id == "sequence":
            return all(good(one, inner, left - 1) for one in node.value)
        return all(good(key, inner, left - 1) and good(value, inner, left - 1) for key, value in node.value)

    return root is None or good(root, False, deepest + 1)


@cache
def _bounded() -> Any:
    """PyYAML's own loader, which ends where a text gets too deep: its time is quadratic in levels of brackets."""
    import yaml

    class Bounded(yaml.SafeLoader):
        def __init__(self, text: str, deepest: int) -> None:
            super().__init__(text)
            self._left = deepest + 1

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                return super().compose_node(parent, index)
            if not self._left:
                event: Any = self.peek_event()  # type: ignore[no-untyped-call]
                raise TooDeepError(event)
            self._left -= 1
            try:
                return super().compose_node(parent, index)
            finally:
                self._left += 1

    return Bounded
