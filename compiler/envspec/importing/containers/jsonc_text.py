"""JSON with comments and trailing commas (JSONC), as nodes with their places.

The grammar is JSON's (RFC 8259); `//` and `/* */` are white space, and a comma may stand before `}` and `]`.
"""

from __future__ import annotations

import json
from pathlib import Path

from envspec.frozen import Mutable, mutable
from envspec.importing.asked import Asked, line_of, unreadable
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_SPACE = lazy_pattern(r"(?:[ \t\r\n\ufeff]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_STRING = lazy_pattern(r'"(?:[^"\\\n]|\\.)*"')
_SCALAR = lazy_pattern(r"(?:true|false|null|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])")
_DEEPEST = 64
_LARGEST = 1_000_000


def jsonc_nodes(asked: Asked, path: Path, text: str) -> Node:
    """The value of the text. Raises `Failure` E1302."""
    if len(text) > _LARGEST:
        raise unreadable(asked, path, f"it has more than {_LARGEST:,} characters")
    parser = _Parser(asked, path, text)
    found = parser.value(0)
    parser.space()
    if parser.at < len(text):
        raise parser.wrong("nothing may follow its value")
    return found


@mutable
class _Parser(Mutable):
    asked: Asked
    path: Path
    text: str
    at: int = 0
    line: int = 1
    counted: int = 0

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found is not None else self.at

    def wrong(self, reason: str) -> Exception:
        return unreadable(self.asked, self.path, f"not JSON: {reason}", line_of(self.text, self.at))

    def here(self) -> int:
        """The line of the place, counted on from the last one."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def value(self, depth: int) -> Node:
        self.space()
        start, line = self.at, self.here()
        if depth > _DEEPEST:
            raise self.wrong("it is nested too deeply")
        opening = self.text[start : start + 1]
        if opening == "{":
            return Node("mapping", "", (), self._entries(depth), start, self.at, line)
        if opening == "[":
            return Node("sequence", "", self._items(depth), {}, start, self.at, line)
        if opening == '"':
            return Node("scalar", self._string(), (), {}, start, self.at, line)
        found = _SCALAR.match(self.text, start)
        if found is None:
            raise self.wrong("a value is missing")
        self.at = found.end()
        return Node("scalar", found[0], (), {}, start, self.at, line, True)

    def _string(self) -> str:
        found = _STRING.match(self.text, self.at)
        try:
            text = json.loads(found[0], strict=False) if found is not None else None
        except ValueError:
            text = None
        if found is None or not isinstance(text, str):
            raise self.wrong("a text is not closed, or has a bad escape")
        self.at = found.end()
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _items(self, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        self.at += 1
        while not self._closed("]"):
            items.append(self.value(depth + 1))
            self._comma("]")
        return tuple(items)

    def _entries(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        self.at += 1
        while not self._closed("}"):
            if self.text[self.at : self.at + 1] != '"':
                raise self.wrong("a key is missing")
            key = self._string()
            self.space()
            if self.text[self.at : self.at + 1] != ":":
                raise self.wrong("`:` is missing after a key")
            self.at += 1
            entries[key] = self.value(depth + 1)
            self._comma("}")
        return entries

    def _closed(self, bracket: str) -> bool:
        self.space()
        if self.text[self.at : self.at + 1] != bracket:
            return False
        self.at += 1
        return True

    def _comma(self, bracket: str) -> None:
        self.space()
        following = self.text[self.at : self.at + 1]
        if following == ",":
            self.at += 1
        elif following != bracket:
            raise self.wrong(f"`,` or `{bracket}` is missing")
