"""The version part of a MatchSpec: tokens, a small tree, and one canonical text.

    either = both ("|" both)*        both = one ("," one)*        one = "(" either ")" | [operator] version

`,` binds tighter than `|`, as in conda. The canonical text has no spaces, no needless parentheses, no
repetition; versions are lower-case; a set joined by `,` is ordered lower bounds, exact, excluded, upper
bounds; one joined by `|` is ordered by text; and every comparison is written in one way:

    =1.5  =1.5.*  ==1.5.*  1.5*  1.5.*   →  1.5.*        >=1.5.*  <1.5.*  ~=1.5.*   →  the same without .*
    ==1.5                                →  ==1.5        !=1.5*                     →  !=1.5.*
    =*  ==*                              →  *            1.5 alone                  →  see `conda`
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern


class Token(NamedTuple):
    """`kind` is `operator`, `word`, one of `,|()`, or `other`; offsets are in the whole spec."""

    kind: str
    text: str
    start: int
    end: int


_TOKEN = lazy_pattern(
    r"(?P<space>[ \t]+)"
    r"|(?P<operator>===|=>|=<|>=|<=|==|!=|~=|~|\^|>|<|=)"
    r"|(?P<punctuation>[,|()])"
    r"|(?P<word>(?:[A-Za-z0-9_.*+-]|!(?!=))+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`, without spaces."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or "other"
        if kind != "space":
            found.append(
                Token(match[0] if kind == "punctuation" else kind, match[0], match.start(), match.end())
            )
    return found


class VersionError(Exception):
    """The text is not a version spec; caught in `conda`."""

    def __init__(self, start: int, end: int, message: str, help: str = "", replacement: str | None = None):
        super().__init__(message)
        self.start, self.end, self.message = start, end, message
        self.help, self.replacement = help, replacement


@frozen
class One(Frozen):
    """`operator` is `""` for a version that stands alone (`1.5`), `prefix` for `1.5.*`, `any` for `*`."""

    operator: str
    version: str
    start: int
    end: int


@frozen
class Joined(Frozen):
    """Alternatives (`|`) or clauses that all hold (`,`)."""

    by: str
    parts: tuple[Node, ...]


Node: TypeAlias = One | Joined

_ORDER = {">=": 0, ">": 1, "~=": 2, "==": 3, "prefix": 4, "any": 5, "!=": 6, "!prefix": 7, "<": 8, "<=": 9}
_MISTAKEN = {"=>": ">=", "=<": "<=", "===": "=="}


class VersionParser:
    """Reads a version spec from the front of `tokens`; `at` is the first token that is not part of it."""

    def __init__(self, found: list[Token], end: int) -> None:
        self.tokens, self.at, self.end = found, 0, end

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Token | None:
        token = self.peek()
        self.at += token is not None
        return token

    def either(self) -> Node:
        return self._joined("|", self._both)

    def _both(self) -> Node:
        return self._joined(",", self._one)

    def _joined(self, by: str, read: Callable[[], Node]) -> Node:
        parts = [read()]
        while (token := self.peek()) and token.kind == by:
            self.take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(by, tuple(parts))

    def _one(self) -> Node:
        token = self.take()
        if token is None:
            raise VersionError(self.end, self.end, "a version is missing at the end")
        if token.kind == "(":
            inside = self.either()
            closing = self.take()
            if closing is None or closing.kind != ")":
                raise VersionError(token.start, token.end, "this `(` is never closed")
            return inside
        if token.kind == "operator":
            return self._compared(token)
        if token.kind == "word":
            return _clause("", token, token)
        raise VersionError(token.start, token.end, f"expected a version, found `{token.text}`")

    def _compared(self, operator: Token) -> One:
        if operator.text in _MISTAKEN:
            meant = _MISTAKEN[operator.text]
            raise VersionError(
                operator.start,
                operator.end,
                f"conda has no operator `{operator.text}`",
                f"write `{meant}`",
                meant,
            )
        if operator.text in ("^", "~"):
            raise VersionError(
                operator.start,
                operator.end,
                f"conda has no operator `{operator.text}`",
                "write both bounds, such as `>=1.5,<2`, or `1.5.*`",
            )
        word = self.take()
        if word is None or word.kind != "word":
            at = word or Token("", "", self.end, self.end)
            raise VersionError(
                operator.start, max(operator.end, at.start), f"no version after `{operator.text}`"
            )
        return _clause(operator.text, word, operator)


def _clause(operator: str, word: Token, first: Token) -> One:
    """One comparison in its only form."""
    text = word.text.lower()
    start, end = first.start, word.end
    body = text.rstrip("*")
    starred = body != text
    if len(text) - len(body) > 1 or "*" in body:
        raise VersionError(
            word.start, word.end, "`*` is only understood at the end of a version", "write `1.5.*`"
        )
    body = body.rstrip(".") if starred else body
    if not starred:
        return One({"=": "prefix"}.get(operator, operator), body, start, end)
    if operator in ("", "=", "=="):
        return One("prefix" if body else "any", body, start, end)
    if not body:
        raise VersionError(start, end, f"`{operator}*` compares with nothing", "leave the version out")
    if operator == "!=":
        return One("!prefix", body, start, end)
    if operator in (">", "<="):
        raise VersionError(
            start,
            end,
            f"`{operator}` and `.*` together are read in two ways",
            f"write `{operator}{body}` for exactly that version",
            operator + body,
        )
    return One(operator, body, start, end)


def text_of(node: Node) -> str:
    """The canonical text."""
    if isinstance(node, One):
        if node.operator == "any":
            return "*"
        if node.operator == "prefix":
            return f"{node.version}.*"
        if node.operator == "!prefix":
            return f"!={node.version}.*"
        return node.operator + node.version
    parts = {}
    for part in _flat(node):
        text = text_of(part)
        parts[f"({text})" if isinstance(part, Joined) and node.by == "," else text] = part
    if node.by == "|":
        return "*" if "*" in parts else "|".join(sorted(parts))
    if len(parts) > 1:
        parts.pop("*", None)
    return ",".join(sorted(parts, key=lambda text: (_rank(parts[text]), text)))


def _flat(node: Joined) -> list[Node]:
    found: list[Node] = []
    for part in node.parts:
        found += _flat(part) if isinstance(part, Joined) and part.by == node.by else [part]
    return found


def _rank(node: Node) -> int:
    return _ORDER[node.operator] if isinstance(node, One) else 10


def versions(node: Node) -> list[One]:
    """Every comparison, in the order written."""
    if isinstance(node, One):
        return [node]
    return [one for part in node.parts for one in versions(part)]
