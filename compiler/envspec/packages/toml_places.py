"""Where the strings of a TOML text are, which tomllib does not tell.

A scanner that knows just enough of TOML to walk it safely: comments, the four kinds of strings, table
headers, keys, brackets. It runs only on texts that tomllib has accepted. `Places` keeps, for every key path,
the place of the key and of every string of its value, in order; a caller that has the values from tomllib
asks for them and gets the place between the quotes when text and value are the same there, else (escapes)
the place of the whole string, else the place of the key.
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern

Place = tuple[int, int]

_TOKEN = lazy_pattern(
    r"(?P<space>[ \t\r]+|#[^\n]*)|(?P<newline>\n)"
    r'|(?P<string>"""(?:\\[\s\S]|(?!""")[^\\])*"""+|\'\'\'(?:(?!\'\'\')[\s\S])*\'\'\'+'
    r"|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
    r"|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s#\"'\[\]{}=,.]+)"
)


def tokens(text: str) -> list[re.Match[str]]:
    """The tokens without spaces and comments; `lastgroup` is `newline`, `string`, `mark` or `bare`."""
    return [found for found in _TOKEN.finditer(text) if found.lastgroup != "space"]


def word(token: str) -> str:
    """What a key means, as it is written."""
    if token[:1] == "'":
        return token[1:-1]
    if token[:1] != '"':
        return token
    if "\\" not in token:
        return token[1:-1]
    import tomllib

    return str(next(iter(tomllib.loads(f"{token} = 0"))))


class Places:
    def __init__(self, text: str) -> None:
        self._text = text
        self._keys: dict[tuple[str, ...], Place] = {}
        self._strings: dict[tuple[str, ...], list[Place]] = {}
        self._tokens = tokens(text)
        self._scan()

    def key(self, path: tuple[str, ...]) -> Place:
        """The place of a key or table header, of the nearest one above it that is written, or of nothing."""
        while path:
            if path in self._keys:
                return self._keys[path]
            path = path[:-1]
        return 0, 0

    def strings(self, path: tuple[str, ...], values: list[str]) -> list[Place]:
        """The places of `values`, which are strings of the value at `path`, in order."""
        found = self._strings.get(path, [])
        places: list[Place] = []
        at = 0
        for value in values:
            place = self.key(path)
            for index in range(at, len(found)):
                start, end = found[index]
                quotes = 3 if self._text[start : start + 3] in ('"""', "'''") else 1
                if self._text[start + quotes : end - quotes] == value:
                    place, at = (start + quotes, end - quotes), index + 1
                    break
                if len(found) == len(values):
                    place, at = (start, end), index + 1
                    break
            places.append(place)
        return places

    def _scan(self) -> None:
        table: tuple[str, ...] = ()
        at = 0
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.lastgroup == "newline":
                at += 1
            elif token[0] == "[":
                doubled = at + 1 < len(self._tokens) and self._tokens[at + 1][0] == "["
                table, place, at = self._path(at + 1 + doubled)
                self._keys.setdefault(table, place)
                while at < len(self._tokens) and self._tokens[at].lastgroup != "newline":
                    at += 1
            else:
                at = self._pair(at, table)

    def _path(self, at: int) -> tuple[tuple[str, ...], Place, int]:
        """A dotted key; stops before what is not part of it."""
        parts: list[str] = []
        start, end = self._tokens[at].start(), self._tokens[at].end()
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.lastgroup == "bare":
                parts.append(token[0])
            elif token.lastgroup == "string":
                parts.append(word(token[0]))
            elif token[0] != ".":
                break
            end = token.end()
            at += 1
        return tuple(parts), (start, end), at

    def _pair(self, at: int, table: tuple[str, ...]) -> int:
        """`key = value`; the index after it."""
        path, place, after = self._path(at)
        path = (*table, *path)
        self._keys.setdefault(path, place)
        if after < len(self._tokens) and self._tokens[after][0] == "=":
            return self._value(after + 1, path)
        return max(after, at + 1)

    def _value(self, at: int, path: tuple[str, ...]) -> int:
        if at >= len(self._tokens):
            return at
        token = self._tokens[at]
        if token.lastgroup == "string":
            self._strings.setdefault(path, []).append((token.start(), token.end()))
            return at + 1
        if token[0] == "[":
            at += 1
            while at < len(self._tokens) and self._tokens[at][0] != "]":
                separator = self._tokens[at].lastgroup == "newline" or self._tokens[at][0] == ","
                at = at + 1 if separator else self._value(at, path)
            return at + 1
        if token[0] == "{":
            at += 1
            while at < len(self._tokens) and self._tokens[at][0] != "}":
                separator = self._tokens[at].lastgroup == "newline" or self._tokens[at][0] == ","
                at = at + 1 if separator else self._pair(at, path)
            return at + 1
        # a number, a boolean or a date: tokens up to what ends a value
        while at < len(self._tokens) and self._tokens[at].lastgroup != "newline":
            if self._tokens[at][0] in (",", "]", "}"):
                break
            at += 1
        return at
