"""What the words of a file are, for colours: by what they mean, which a grammar of regular expressions cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from envspec.diagnostics import Span
from envspec.editor.analysis import Analysis
from envspec.editor.names import KEYED, Name, names_in
from envspec.editor.structure import below
from envspec.language.attributes import BUILT_IN_TARGETS, ROOTS
from envspec.syntax.nodes import (
    Attribute,
    Block,
    BooleanValue,
    DurationValue,
    Entry,
    Identifier,
    Import,
    NoneValue,
    NumberValue,
    Param,
    Reference,
    SizeValue,
)


class Token(NamedTuple):
    """`type` is one of `token_types.TYPES`, `modifiers` are some of `token_types.MODIFIERS`."""

    span: Span
    type: str
    modifiers: tuple[str, ...] = ()


def tokens(analysis: Analysis) -> list[Token]:
    """In order, none over another, none across lines."""
    names = {name.span: name for name in names_in(analysis.module)}
    found: dict[Span, Token] = {}
    for token in _all(analysis, names):
        if token.span.end > token.span.start:
            found.setdefault(token.span, token)
    result: list[Token] = []
    for span in sorted(found):
        if not result or span.start >= result[-1].span.end:
            result.append(found[span])
    return result


def _all(analysis: Analysis, names: dict[Span, Name]) -> Iterator[Token]:
    text = analysis.source.text
    for name in names.values():
        if not text.startswith('"', name.span.start):
            yield _name(name)
    for node in below(analysis.module.module):
        match node:
            case Import():
                yield Token(_word(node.span, "import"), "keyword")
                between = text[node.path.span.end : node.alias.span.start] if node.alias else ""
                if "as" in between:
                    start = node.path.span.end + between.index("as")
                    yield Token(Span(node.span.file, start, start + 2), "keyword")
            case Param():
                yield Token(_word(node.span, "param"), "keyword")
                if node.type is not None:
                    yield Token(node.type.span, "type")
            case Block():
                yield Token(node.keyword.span, "keyword")
                if node.label is not None:
                    yield Token(node.label.span, "class", ("declaration",))
                if node.extends is not None:
                    start = text.rfind("extends", node.span.start, node.extends.span.start)
                    if start >= 0:
                        yield Token(Span(node.span.file, start, start + 7), "keyword")
            case Attribute():
                yield Token(node.name.span, "property")
            case Entry(key=Identifier() as key):
                yield Token(key.span, "property")
            case BooleanValue() | NoneValue():
                yield Token(node.span, "keyword")
            case NumberValue() | SizeValue() | DurationValue():
                yield Token(node.span, "number")
            case Reference():
                yield from _reference(node)


def _name(name: Name) -> Token:
    kind = name.target.kind
    modifiers = ("declaration",) if name.defines else ()
    if kind == "param":
        return Token(name.span, "parameter", modifiers)
    if kind == "import":
        return Token(name.span, "namespace", modifiers)
    if kind in KEYED:
        return Token(name.span, "property", modifiers)
    return Token(name.span, "class", modifiers)


def _reference(node: Reference) -> Iterator[Token]:
    first = node.segments[0]
    span = _word(first.span, first.name)
    if len(node.segments) == 1:
        if first.cell is None:
            builtin = first.name in BUILT_IN_TARGETS
            yield Token(span, "enumMember", ("defaultLibrary",) if builtin else ())
        return
    if first.name in ROOTS:
        yield Token(span, "keyword")
    for segment in node.segments[1:-1]:
        if segment.name == "outputs":
            yield Token(_word(segment.span, segment.name), "keyword")


def _word(span: Span, word: str) -> Span:
    return Span(span.file, span.start, span.start + len(word))
