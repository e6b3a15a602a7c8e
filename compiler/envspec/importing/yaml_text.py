"""YAML as nodes with their places: what importers of YAML read, without objects being made of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envspec.frozen import Frozen, field, frozen
from envspec.importing.asked import Asked, unreadable
from envspec.packages.yaml_nodes import TooDeepError, first_document
from envspec.packages.yaml_places import error_place

DEEPEST = 64
"""Levels of a document, in any format."""
_MOST, _MOST_OF_A_LOCK = 100_000, 500_000
_TOO_MUCH = "it is nested too deeply, or too large"


@frozen
class Node(Frozen):
    """A scalar with its `text`, a sequence with its `items`, or a mapping with its `entries`, which is what `kind` says
    (`scalar`, `sequence`, `mapping`; empty for nothing). `start` and `end` are characters of the file, `line` counts
    from 1. `plain` is a scalar that stands without quotes."""

    kind: str = ""
    text: str = ""
    items: tuple[Node, ...] = ()
    entries: Mapping[str, Node] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    line: int = 0
    plain: bool = False

    def get(self, name: str) -> Node:
        """The value of a key, an empty node when there is none."""
        return self.entries.get(name, Node())

    @property
    def value(self) -> Any:
        """As JSON has it: scalars by YAML 1.1's own rules for booleans and numbers."""
        if self.kind == "sequence":
            return [one.value for one in self.items]
        if self.kind == "mapping":
            return {key: one.value for key, one in self.entries.items()}
        if self.kind != "scalar":
            return None
        return scalar(self.text) if self.plain else self.text


def scalar(text: str) -> Any:
    """What a scalar without quotes means: null, a boolean, a number or a text."""
    lowered = text.lower()
    if lowered in ("", "~", "null"):
        return None
    if lowered in ("true", "yes", "on"):
        return True
    if lowered in ("false", "no", "off"):
        return False
    for kind in (int, float):
        try:
            return (
                kind(text)
                if text[-1:].isdigit() and text[:1] in "-+.0123456789" and "_" not in text
                else text
            )
        except ValueError:
            continue
    return text


def whole(text: str) -> str:
    """The text with the halves of surrogate pairs joined: two escapes may name a character. Raises `ValueError` for half
    of one, which no file can hold."""
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def mapping(node: Node) -> Mapping[str, Node]:
    return node.entries


def most_nodes(*, lock: bool) -> int:
    """How many nodes a document may have."""
    return _MOST_OF_A_LOCK if lock else _MOST


def twice(asked: Asked, path: Path, key: str, line: int) -> None:
    """Tells of a key that its mapping has already."""
    asked.report.dropped(key, asked.shown(path), line, "the key is there twice, and the last counts")


def nodes_of(asked: Asked, path: Path, text: str, *, lock: bool = False) -> Node:
    """The first document of the text. Aliases are followed as long as the document stays small; a `lock` may be larger.
    Raises `Failure` E1302."""
    import yaml

    try:
        composed = first_document(text, DEEPEST)
    except yaml.MarkedYAMLError as error:
        reason, line, start = error_place(text, error)
        raise unreadable(asked, path, f"not YAML: {reason}", line, start, start + 1) from None
    except yaml.reader.ReaderError as error:
        at = error.position if isinstance(error.position, int) else -1
        reason = "not YAML: a character that it does not allow"
        raise unreadable(asked, path, reason, 0, at, at + 1) from None
    except TooDeepError as error:
        raise unreadable(asked, path, _TOO_MUCH, error.node.start_mark.line + 1) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise unreadable(asked, path, f"not YAML: {type(error).__name__}") from None
    if composed is None:
        return Node()
    left = [most_nodes(lock=lock)]

    def made(node: Any, depth: int) -> Node:
        left[0] -= 1
        if depth > DEEPEST or left[0] < 0:
            raise unreadable(asked, path, _TOO_MUCH, node.start_mark.line + 1)
        start, end, line = node.start_mark.index, node.end_mark.index, node.start_mark.line + 1
        if node.id == "sequence":
            items = tuple(made(one, depth + 1) for one in node.value)
            return Node("sequence", "", items, {}, start, end, line)
        if node.id == "mapping":
            entries: dict[str, Node] = {}
            merged: dict[str, Node] = {}
            for key, value in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    for one in value.value if value.id == "sequence" else [value]:
                        merged = {**made(one, depth + 1).entries, **merged}
                    continue
                name = (
                    whole(key.value)
                    if key.id == "scalar"
                    else text[key.start_mark.index : key.end_mark.index]
                )
                if name in entries:
                    twice(asked, path, name, key.start_mark.line + 1)
                entries[name] = made(value, depth + 1)
            entries = {**merged, **entries}
            return Node("mapping", "", (), entries, start, end, line)
        return Node("scalar", whole(node.value), (), {}, start, end, line, not node.style)

    try:
        return made(composed, 0)
    except UnicodeDecodeError:
        raise unreadable(asked, path, "not YAML: half of a character") from None
