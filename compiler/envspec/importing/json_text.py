"""JSON as nodes with their places (RFC 8259): what `yaml_text.Node` is for YAML.

With `comments` it is JSON as editors have it: `//` and `/* */` are white space, and a comma may stand before `}` and
`]`. What always holds: null is an empty node, a number and a boolean are scalars as they are written; a key that is
there twice is told, and the last counts, as in YAML.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from envspec.importing.asked import Asked, line_of, unreadable
from envspec.importing.yaml_text import DEEPEST, Node, most_nodes, twice, whole
from envspec.lazy_pattern import lazy_pattern

_scan_string: Any = vars(json.decoder)["scanstring"]
"""Reads a string up to its quotes; typeshed does not have it."""
_SPACE = lazy_pattern(r"[ \t\n\r]*")
_SPACE_OR_COMMENT = lazy_pattern(r"(?:[ \t\n\r]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_PAIR = lazy_pattern(r"(?<!\\)(?:\\u[dD][89a-fA-F][0-9a-fA-F]{2})+")
_WORD = lazy_pattern(r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![\w.])")


class _Wrong(Exception):  # noqa: N818 - carries a place, never leaves this module
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


def json_nodes(asked: Asked, path: Path, text: str, *, comments: bool = False, lock: bool = False) -> Node:
    """The one value of the text; a `lock` may be larger. Raises `Failure` E1302."""
    reader = _Reader(text, comments=comments, most=most_nodes(lock=lock))
    try:
        node = reader.value(reader.space(0), 0)
        end = reader.space(node.end)
        if end != len(text):
            raise _Wrong("there is more after its end", end)
    except _Wrong as wrong:
        reason = f"not JSON: {wrong.message}"
        raise unreadable(asked, path, reason, line_of(text, wrong.at), wrong.at, wrong.at + 1) from None
    for key, line in reader.doubled:
        twice(asked, path, key, line)
    return node


def as_yaml(text: str) -> str:
    """JSON as PyYAML reads it, with the same lines: no tabs, and no character in two halves."""
    return _PAIR.sub(lambda match: whole(json.loads(f'"{match[0]}"')), text.replace("\t", " "))


class _Reader:
    """`doubled` are keys that their object had before, with their lines."""

    def __init__(self, text: str, *, comments: bool, most: int) -> None:
        self._text, self._comments, self._left = text, comments, most
        self._line, self._at = 1, 0
        self.doubled: list[tuple[str, int]] = []

    def space(self, at: int) -> int:
        match = (_SPACE_OR_COMMENT if self._comments else _SPACE).match(self._text, at)
        assert match is not None
        return match.end()

    def value(self, at: int, depth: int) -> Node:
        """The value that begins at a character."""
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise _Wrong("it is nested too deeply, or too large", at)
        line = self._line_at(at)
        sign = self._text[at : at + 1]
        if sign == "{":
            return self._object(at, depth, line)
        if sign == "[":
            return self._array(at, depth, line)
        if sign == '"':
            text, end = self._string(at)
            return Node("scalar", text, start=at, end=end, line=line)
        match = _WORD.match(self._text, at)
        if match is None:
            raise _Wrong("a value is expected", at)
        if match[0] == "null":
            return Node(start=at, end=match.end(), line=line)
        return Node("scalar", match[0], start=at, end=match.end(), line=line, plain=True)

    def _object(self, start: int, depth: int, line: int) -> Node:
        entries: dict[str, Node] = {}
        at = self.space(start + 1)
        while self._text[at : at + 1] != "}":
            if self._text[at : at + 1] != '"':
                raise _Wrong('a key in `"` is expected', at)
            before = at
            key, at = self._string(at)
            if key in entries:
                self.doubled.append((key, self._line_at(before)))
            entries[key] = self.value(self.space(self._sign(self.space(at), ":")), depth + 1)
            at = self._next(entries[key].end, "}")
        return Node("mapping", "", (), entries, start, at + 1, line)

    def _array(self, start: int, depth: int, line: int) -> Node:
        items: list[Node] = []
        at = self.space(start + 1)
        while self._text[at : at + 1] != "]":
            items.append(self.value(at, depth + 1))
            at = self._next(items[-1].end, "]")
        return Node("sequence", "", tuple(items), {}, start, at + 1, line)

    def _next(self, at: int, bracket: str) -> int:
        """Where what follows an element begins: another one, or the bracket."""
        at = self.space(at)
        following = self._text[at : at + 1]
        if following == bracket:
            return at
        if following != ",":
            raise _Wrong(f"`,` or `{bracket}` is expected", at)
        after = self.space(at + 1)
        if self._text[after : after + 1] == bracket and not self._comments:
            raise _Wrong(f"nothing follows the last `,` before `{bracket}`", at)
        return after

    def _sign(self, at: int, sign: str) -> int:
        if self._text[at : at + 1] != sign:
            raise _Wrong(f"`{sign}` is expected", at)
        return at + 1

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = _scan_string(self._text, at + 1, False)
        except ValueError as error:
            raise _Wrong(str(error).partition(":")[0].lower(), at) from None
        try:
            return whole(text), end
        except ValueError:
            raise _Wrong("half of a character", at) from None

    def _line_at(self, at: int) -> int:
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line
