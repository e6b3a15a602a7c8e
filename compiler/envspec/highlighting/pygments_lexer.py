"""The Pygments lexer: for Sphinx, MkDocs, LaTeX, Jupyter and `pygmentize -l envspec`.

In comes text, out come Pygments' tokens, which joined are the text again. The pieces are cut by the terminals of
`grammar/envspec.lark`, the very ones that the parser reads; words are told apart by the tables of the language and by
the pieces beside them. What is no token of the language is `Error`; nothing else is, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from pygments.lexer import Lexer
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
    _TokenType,
)

from envspec.language.attributes import BLOCKS, PARAM_TYPES, RECORDS, ROOTS, BlockKind
from envspec.language.types import Type
from envspec.syntax.tables import load

Pieces = Iterator[tuple[int, _TokenType, str]]

_CONSTANTS = frozenset({"true", "false", "none"})
_DECLARATIONS = frozenset({*BLOCKS, *RECORDS, "param"})
_STARTS = frozenset({"NEWLINE", "COMMA", "LBRACE"})
_PART = re.compile(r"(?P<escape>\\u\{[^}\"]*\}|\\[\s\S]|\$\$\{)|(?P<hole>\$\{[^}\"\r\n]*\})")
_TRIVIA = re.compile(r"(?P<comment>#[^\r\n]*)|[^#]+")
_DIRECTIVE = re.compile(r"#\s*envspec:")
_PLAIN: dict[str, _TokenType] = {
    "BLANK": Whitespace,
    "NUMBER": Number,
    "EQUAL": Operator,
    "PLUS_EQUAL": Operator,
    "FOREIGN_STRING": Error,
    "OPEN_STRING": Error,
    "OPEN_LONG_STRING": Error,
    "UNKNOWN": Error,
}


def _choices(kind: Type | None) -> Iterator[str]:
    if kind is not None:
        yield from kind.choices
        yield from _choices(kind.item)
        for option in kind.options:
            yield from _choices(option)


def _words(*tables: BlockKind) -> frozenset[str]:
    return frozenset(word for table in tables for row in table.attributes for word in _choices(row.type))


_WORDS = _words(*BLOCKS.values(), *RECORDS.values())
"""The words of all enumerations, such as the kinds of targets."""


@dataclass(slots=True)
class _Piece:
    kind: str
    start: int
    text: str


class EnvspecLexer(Lexer):
    """envspec, edition 1."""

    name = "envspec"
    aliases: ClassVar[list[str]] = ["envspec"]
    filenames: ClassVar[list[str]] = ["*.envspec"]
    mimetypes: ClassVar[list[str]] = ["text/x-envspec"]

    def get_tokens_unprocessed(self, text: str) -> Pieces:
        """Never raises, whatever the text is."""
        tables = load()
        pieces = [
            _Piece(str(match.lastgroup), match.start(), match[0]) for match in tables.pattern().finditer(text)
        ]
        words = _named([piece for piece in pieces if piece.kind not in tables.ignored])
        for piece in pieces:
            match piece.kind:
                case "NEWLINE" | "COMMENT":
                    yield from _trivia(piece)
                case "STRING" | "LONG_STRING":
                    yield from _string(piece)
                case "NAME":
                    yield piece.start, words[piece.start], piece.text
                case kind:
                    yield piece.start, _PLAIN.get(kind, Punctuation), piece.text


def _trivia(piece: _Piece) -> Pieces:
    for match in _TRIVIA.finditer(piece.text):
        kind = Whitespace
        if match["comment"]:
            kind = Comment.Special if _DIRECTIVE.match(match[0]) else Comment.Single
        yield piece.start + match.start(), kind, match[0]


def _string(piece: _Piece) -> Pieces:
    at = 0
    for match in _PART.finditer(piece.text):
        if match.start() > at:
            yield piece.start + at, String, piece.text[at : match.start()]
        yield piece.start + match.start(), String.Escape if match["escape"] else String.Interpol, match[0]
        at = match.end()
    if at < len(piece.text):
        yield piece.start + at, String, piece.text[at:]


def _named(pieces: list[_Piece]) -> dict[int, _TokenType]:
    """What each name is, by its place. `head` is the keyword of the statement whose head we are in."""
    found: dict[int, _TokenType] = {}
    before, head = "NEWLINE", ""
    for piece, following in pairwise([*pieces, _Piece("NEWLINE", -1, "")]):
        if piece.kind != "NAME":
            head = head if piece.kind in {"STRING", "COLON", "DOT"} else ""
        elif before in _STARTS and following.kind in {"NAME", "LBRACE", "STRING"}:
            head = piece.text
            found[piece.start] = _keyword(head)
        elif before == "COLON" and head:
            found[piece.start] = Keyword.Type if piece.text in PARAM_TYPES else Name
        elif following.kind in {"EQUAL", "PLUS_EQUAL"} and not head:
            found[piece.start] = Name.Attribute
        elif head and following.kind == "NAME" and piece.text == "extends":
            found[piece.start] = Keyword
        elif head == "import" and before == "STRING":
            found[piece.start] = Keyword if piece.text == "as" else Name
        elif (head and before == "NAME") or head == "import":
            found[piece.start] = Name.Class
        else:
            found[piece.start] = _value(piece.text, before, following.kind)
        before = piece.kind
    return found


def _keyword(word: str) -> _TokenType:
    if word == "import":
        return Keyword.Namespace
    return Keyword.Declaration if word in _DECLARATIONS else Name


def _value(word: str, before: str, following: str) -> _TokenType:
    if before == "DOT":
        return Name.Variable
    if following == "DOT":
        return Name.Builtin if word in ROOTS else Name.Variable
    if word in _CONSTANTS:
        return Keyword.Constant
    return Name.Constant if word in _WORDS else Name.Variable
