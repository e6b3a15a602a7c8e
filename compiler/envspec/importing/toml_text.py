"""TOML as nodes with their places: values as `tomllib` has them, lines as the file has them.

`tomllib` decides what is TOML and what a value is, but tells no places; a scan of the accepted text finds where keys
and values stand. What the scan does not find has the place of what is around it, never a wrong value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envspec.importing.asked import Asked, unreadable
from envspec.importing.yaml_text import DEEPEST, Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.toml_places import tokens, word

_WHERE = lazy_pattern(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)\Z")


class Spot:
    """Where a value stands (`start` and `end` of its text, for a table of its key), and what is inside of it."""

    __slots__ = ("end", "entries", "items", "start")

    def __init__(self, start: int = 0, end: int = 0) -> None:
        self.start, self.end = start, end
        self.entries: dict[str, Spot] = {}
        self.items: list[Spot] = []


def toml_nodes(asked: Asked, path: Path, text: str, first: int = 1) -> tuple[Node, list[tuple[int, int]]]:
    """The document, and the places of its keys and strings (for comments). `first` is the line of the file on which
    the text begins. Raises `Failure` E1302."""
    import tomllib

    from envspec.packages.toml_text import loads

    try:
        document = loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line, start = _message(text, str(error))
        if first > 1:  # it is a part of the file
            start = -1
        raise unreadable(asked, path, f"not TOML: {message}", first - 1 + line, start, start + 1) from None
    except (RecursionError, ValueError) as error:
        raise unreadable(asked, path, f"not TOML: {type(error).__name__}", first) from None
    scanner = _Scanner(text)
    newlines = [at for at, character in enumerate(text) if character == "\n"]

    def made(value: Any, spot: Spot, depth: int) -> Node:
        start, end = spot.start, spot.end
        line = first + bisect_right(newlines, start - 1)
        if depth > DEEPEST:
            raise unreadable(asked, path, "it is nested too deeply", line)
        if isinstance(value, dict):
            entries = {
                key: made(one, spot.entries.get(key) or Spot(start, end), depth + 1)
                for key, one in value.items()
            }
            return Node("mapping", "", (), entries, start, end, line)
        if isinstance(value, list):
            known = spot.items if len(spot.items) == len(value) else [spot] * len(value)
            items = tuple(made(one, place, depth + 1) for one, place in zip(value, known, strict=True))
            return Node("sequence", "", items, {}, start, end, line)
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return Node("scalar", shown, (), {}, start, end, line, not isinstance(value, str))

    return made(document, scanner.root, 0), scanner.places


def _message(text: str, message: str) -> tuple[str, int, int]:
    """What `tomllib` says, and the line and the character that it says it of."""
    match = _WHERE.search(message)
    if match is None:
        return message, 1, -1
    if match[1] is None:
        whole = text.rstrip()
        return message[: match.start()], whole.count("\n") + 1, max(len(whole) - 1, 0)
    line, start = int(match[1]), 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return message[: match.start()], line, min(start + int(match[2]) - 1, len(text))


class _Scanner:
    def __init__(self, text: str) -> None:
        self.root = Spot()
        self.places: list[tuple[int, int]] = []
        self._tokens = tokens(text)
        self._scan()

    def _scan(self) -> None:
        table, at = self.root, 0
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.lastgroup == "newline":
                at += 1
            elif token[0] == "[":
                doubled = at + 1 < len(self._tokens) and self._tokens[at + 1][0] == "["
                keys, at = self._key(at + 1 + doubled)
                table = self._table(keys, doubled)
                while at < len(self._tokens) and self._tokens[at].lastgroup != "newline":
                    at += 1
            else:
                at = self._pair(at, table)

    def _table(self, keys: list[tuple[str, int, int]], doubled: bool) -> Spot:
        """The table of a header, the last of its array where it has one."""
        spot = self.root
        for number, (key, start, end) in enumerate(keys):
            inner = spot.entries.setdefault(key, Spot(start, end))
            if doubled and number == len(keys) - 1:
                inner.items.append(Spot(start, end))
            spot = inner.items[-1] if inner.items else inner
        return spot

    def _key(self, at: int) -> tuple[list[tuple[str, int, int]], int]:
        """A dotted key with the places of its parts; and where it ends."""
        found: list[tuple[str, int, int]] = []
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.lastgroup in ("bare", "string"):
                found.append((word(token[0]), token.start(), token.end()))
                self.places.append((token.start(), token.end()))
            elif token[0] != ".":
                break
            at += 1
        return found, at

    def _pair(self, at: int, table: Spot) -> int:
        keys, after = self._key(at)
        if not keys or after >= len(self._tokens) or self._tokens[after][0] != "=":
            return max(after, at + 1)
        for key, start, end in keys[:-1]:
            table = table.entries.setdefault(key, Spot(start, end))
        name, start, _ = keys[-1]
        spot, after = self._value(after + 1)
        table.entries[name] = spot if spot is not None else Spot(start, start)
        return after

    def _value(self, at: int) -> tuple[Spot | None, int]:
        if at >= len(self._tokens):
            return None, at
        token = self._tokens[at]
        if token.lastgroup == "string":
            self.places.append((token.start(), token.end()))
            return Spot(token.start(), token.end()), at + 1
        if token[0] in ("[", "{"):
            spot, closing = Spot(token.start(), token.end()), "]" if token[0] == "[" else "}"
            at += 1
            while at < len(self._tokens) and self._tokens[at][0] != closing:
                if self._tokens[at].lastgroup == "newline" or self._tokens[at][0] == ",":
                    at += 1
                elif closing == "}":
                    at = self._pair(at, spot)
                else:
                    item, at = self._value(at)
                    spot.items.append(item or Spot(spot.start, spot.end))
            if at < len(self._tokens):
                spot.end = self._tokens[at].end()
                if closing == "}":
                    self.places.append((spot.end - 1, spot.end))
            return spot, at + 1
        spot = Spot(token.start(), token.end())
        while at < len(self._tokens) and self._tokens[at].lastgroup != "newline":
            if self._tokens[at][0] in (",", "]", "}"):
                break
            spot.end = self._tokens[at].end()
            at += 1
        return spot, at


def table(node: Node) -> Mapping[str, Node]:
    """The entries of a table, none of anything else."""
    return node.entries if node.kind == "mapping" else {}
