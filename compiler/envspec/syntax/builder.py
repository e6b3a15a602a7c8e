"""Reductions to nodes: one method for each action that `grammar/envspec.lark` names.

A method gets the values of its production's symbols (tokens included) and gives a node; None stands for what
is lost, and has been reported. What is nearly right becomes the node that was most likely meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, cast

from envspec.diagnostics import Diagnostic, Edit, Fix, Span
from envspec.syntax.lexer import Scan, Token
from envspec.syntax.nodes import (
    Attribute,
    Block,
    Body,
    BooleanValue,
    CellKey,
    Entry,
    Hole,
    Identifier,
    Import,
    ListValue,
    MapValue,
    NoneValue,
    Param,
    Reference,
    Segment,
    StringValue,
    Value,
)
from envspec.syntax.numbers import read_number
from envspec.syntax.strings import decode_long_string, decode_string
from envspec.syntax.unexpected import (
    foreign_string,
    is_close,
    missing_equal,
    missing_parent,
    neither,
    unterminated,
)

Values: TypeAlias = list[Any]
Header: TypeAlias = tuple[Identifier, Identifier | None, Reference | None, Span, bool]


class Builder:
    """`damaged` tells whether anything was lost so far."""

    def __init__(self, scan: Scan, report: Callable[[Diagnostic], None]) -> None:
        self.scan = scan
        self.file = scan.source.file
        self.text = scan.text
        self.report = report
        self.damaged = False
        self.lost_names: set[str] = set()

    # Shapes

    def same(self, values: Values) -> Any:
        return values[0]

    def nothing(self, values: Values) -> None:
        return None

    def lost(self, values: Values) -> None:
        self._lose()

    def _lose(self, *names: str) -> None:
        """Something is lost that may have defined `names`."""
        self.damaged = True
        self.lost_names.update(names)

    def lines_first(self, values: Values) -> Values:
        return [value for value in values if value is not None]

    def lines_next(self, values: Values) -> Values:
        if values[2] is not None:
            values[0].append(values[2])
        return cast(Values, values[0])

    def many_first(self, values: Values) -> Values:
        return [values[0]]

    def many_next(self, values: Values) -> Values:
        values[0].append(values[2])
        return cast(Values, values[0])

    # Statements and entries

    def import_plain(self, values: Values) -> Import | Attribute | None:
        return self._import(values, None)

    def import_as(self, values: Values) -> Import | Attribute | None:
        word = self._identifier(values[2])
        if word.text != "as":
            self._keyword(word, "as", "before the name of an import comes `as`")
        return self._import(values, self._identifier(values[3]))

    def _import(self, values: Values, alias: Identifier | None) -> Import | Attribute | None:
        keyword = self._identifier(values[0])
        path = self.string([values[1]])
        if keyword.text != "import":
            if alias is None and not is_close(keyword.text, "import"):
                gap = Span(self.file, keyword.span.end, keyword.span.end)
                self.report(missing_equal(keyword.text, gap, Span(self.file, values[1].start, values[1].end)))
                return Attribute(self._cover(keyword, path), keyword, "=", path)
            self._keyword(keyword, "import", "a file is read with `import`")
        for part in path.parts:
            if isinstance(part, Hole):
                self._no_hole(part, "the path of an import")
                self._lose(*([alias.text] if alias else []))
                return None
        return Import(self._cover(keyword, alias or path), path, alias)

    def param_bare(self, values: Values) -> Param | None:
        return self._param(values, None, None)

    def param_default(self, values: Values) -> Param | None:
        return self._param(values, None, values[3])

    def param_typed(self, values: Values) -> Param | None:
        return self._param(values, values[3], None)

    def param_typed_default(self, values: Values) -> Param | None:
        return self._param(values, values[3], values[5])

    def _param(self, values: Values, kind: Token | None, default: Value | None) -> Param | None:
        keyword, name = self._identifier(values[0]), self._identifier(values[1])
        if keyword.text != "param":
            if len(values) == 2 and not is_close(keyword.text, "param"):
                self.report(neither(keyword, name))
                self._lose(keyword.text, name.text)
                return None
            if len(values) > 2 and not is_close(keyword.text, "param"):
                self.report(
                    Diagnostic(
                        "E0001",
                        f"unexpected `{name.text}` after `{keyword.text}`",
                        name.span,
                        marker="not expected here",
                        help=f"a block is written `{keyword.text} {name.text} {{ … }}`"
                        if isinstance(default, MapValue)
                        else "an attribute has one name before its `=`; a parameter starts with `param`",
                    )
                )
                self._lose(keyword.text, name.text)
                return None
            self._keyword(keyword, "param", "a parameter starts with `param`")
        if len(values) in (4, 6) and values[-1] is None:
            self._lose(name.text)
            return None
        end = default.span.end if default is not None else (kind or values[1]).end
        span = Span(self.file, keyword.span.start, end)
        return Param(span, name, self._identifier(kind) if kind else None, default)

    def attribute(self, values: Values) -> Attribute | None:
        name, operator, value = values
        if value is None:
            self._lose(self._text(name))
            return None
        span = Span(self.file, name.start, value.span.end)
        written: Literal["=", "+="] = "+=" if operator.type == "PLUS_EQUAL" else "="
        return Attribute(span, self._identifier(name), written, value)

    def header(self, values: Values) -> Header:
        names = [self._identifier(value) for value in values if isinstance(value, Token)]
        extends = self._reference(values[-1]) if isinstance(values[-1], list) else None
        keyword = names[0]
        end = values[-1].end if extends is None else extends.span.end
        quoted = (
            extends is None and len(names) > 1 and self.text[end : end + 1] == '"'
        )  # see `Slips.quoted_label`
        span = Span(self.file, keyword.span.start, end + quoted)
        word = names[-1]
        bare = extends is not None and self.text[extends.span.start : extends.span.end] == "extends"
        if (bare and word.text != "extends") or (
            extends is None and len(names) > 1 and word.text == "extends"
        ):
            wrong = Identifier(extends.span, "extends") if extends else word
            self.report(missing_parent(wrong))
            self._lose()
            return keyword, names[1] if extends else None, None, span, True
        if extends is None:
            return keyword, names[1] if len(names) > 1 else None, None, span, False
        label = names[1] if len(names) == 3 else None
        if word.text != "extends":
            if is_close(word.text, "extends"):
                self._keyword(word, "extends", "a block takes over another with `extends`")
            else:
                self._bad_header(keyword, names, extends)
                return keyword, names[1], None, span, True
        return keyword, label, extends, span, False

    def _bad_header(self, keyword: Identifier, names: list[Identifier], extends: Reference) -> None:
        wrong = names[2].span if len(names) > 2 else extends.span
        self.report(
            Diagnostic(
                "E0001",
                f"unexpected `{self.text[wrong.start : wrong.end]}` in the header of `{keyword.text}`",
                wrong,
                marker="not expected here",
                help=f"a block is written `{keyword.text} name {{ … }}` or "
                f"`{keyword.text} name extends other {{ … }}`",
            )
        )

    def block(self, values: Values) -> Block:
        keyword, label, extends, header, damaged = values[0]
        body = values[1]
        span = Span(self.file, header.start, body.span.end)
        return Block(span, keyword, label, extends, body, header, damaged)

    def block_lost_header(self, values: Values) -> Block:
        self._lose()
        return self.block([(*values[0][:4], True), values[2]])

    def body(self, values: Values) -> Body:
        entries = _inner(values)
        kept = tuple(entry for entry in entries if entry is not None)
        # A `}` that was put in stands where somebody was still writing, or where the rest belongs elsewhere.
        unclosed = values[-1].start == values[-1].end
        return Body(self._between(values), kept, damaged=unclosed or len(kept) != len(entries))

    # Values

    def string(self, values: Values) -> StringValue:
        token = values[0]
        return decode_string(self.file, self.text, token.start, token.end, self.report)

    def long_string(self, values: Values) -> StringValue:
        token = values[0]
        return decode_long_string(self.file, self.text, token.start, token.end, self.report)

    def open_string(self, values: Values) -> StringValue:
        token = values[0]
        self.report(unterminated(self.scan, token))
        return self._literally(token, token.start + 1, token.start + len(self._text(token).rstrip()))

    def open_long_string(self, values: Values) -> StringValue:
        token = values[0]
        self.report(unterminated(self.scan, token))
        return self._literally(token, token.start + 3, token.end)

    def foreign_string(self, values: Values) -> StringValue:
        token = values[0]
        value = self._literally(token, token.start + 1, token.end - 1)
        self.report(foreign_string(self.scan, token))
        return value

    def bare_string(self, values: Values) -> StringValue:
        token = values[0]
        return self._literally(token, token.start, token.end)

    def _literally(self, token: Token, start: int, end: int) -> StringValue:
        text = self.text[start:end]
        span = Span(self.file, token.start, token.end)
        return StringValue(span, (text,) if text else (), False, ((0, start),))

    def number(self, values: Values) -> Value | None:
        token = values[0]
        value, problem = read_number(Span(self.file, token.start, token.end), self._text(token))
        if problem:
            self.report(problem)
        if value is None:
            self.damaged = True
        return value

    def reference_value(self, values: Values) -> Value:
        reference = self._reference(values[0])
        if len(reference.segments) == 1 and reference.segments[0].cell is None:
            word = reference.segments[0].name
            if word in ("true", "false"):
                return BooleanValue(reference.span, word == "true")
            if word == "none":
                return NoneValue(reference.span)
        return reference

    def reference_first(self, values: Values) -> list[Segment]:
        return [values[0]]

    def reference_next(self, values: Values) -> list[Segment]:
        values[0].append(values[2])
        return cast(list[Segment], values[0])

    def _reference(self, segments: list[Segment]) -> Reference:
        span = Span(self.file, segments[0].span.start, segments[-1].span.end)
        return Reference(span, tuple(segments))

    def segment(self, values: Values) -> Segment:
        token = values[0]
        return Segment(Span(self.file, token.start, token.end), self._text(token))

    def segment_cell(self, values: Values) -> Segment:
        name, _, cells, end = values
        kept = tuple(cell for cell in cells if cell is not None)
        return Segment(Span(self.file, name.start, end.end), self._text(name), kept)

    def cell(self, values: Values) -> CellKey | None:
        name, _, value = values
        if value is None:
            return None
        return CellKey(Span(self.file, name.start, value.span.end), self._identifier(name), value)

    def list_value(self, values: Values) -> ListValue:
        items = _inner(values)
        kept = tuple(item for item in items if item is not None)
        return ListValue(self._between(values), kept, damaged=len(kept) != len(items))

    def map_value(self, values: Values) -> MapValue:
        entries = _inner(values)
        kept = tuple(entry for entry in entries if entry is not None)
        return MapValue(self._between(values), kept, damaged=len(kept) != len(entries))

    def map_entry(self, values: Values) -> Entry | None:
        token, _, value = values
        if value is None:
            self._lose(self._text(token))
            return None
        if token.type == "NAME":
            return Entry(Span(self.file, token.start, value.span.end), self._identifier(token), value)
        key = self.string([token])
        for part in key.parts:
            if isinstance(part, Hole):
                self._no_hole(part, "the key of a map")
                self._lose()
                return None
        return Entry(Span(self.file, token.start, value.span.end), key, value)

    # Parts

    def _text(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def _identifier(self, token: Token) -> Identifier:
        return Identifier(Span(self.file, token.start, token.end), self._text(token))

    def _cover(self, first: Any, last: Any) -> Span:
        return Span(self.file, first.span.start, last.span.end)

    def _between(self, values: Values) -> Span:
        return Span(self.file, values[0].start, values[-1].end)

    def _no_hole(self, hole: Hole, where: str) -> None:
        self.report(
            Diagnostic(
                "E0010",
                f"placeholder in {where}",
                hole.span,
                marker="not filled in here",
                help=f"write {where} out",
            )
        )

    def _keyword(self, word: Identifier, meant: str, advice: str) -> None:
        self.report(
            Diagnostic(
                "E0022",
                f"unknown word `{word.text}`",
                word.span,
                marker=f"`{meant}` belongs here",
                help=f"did you mean `{meant}`?" if is_close(word.text, meant) else advice,
                fixes=(Fix(f"write `{meant}`", (Edit(word.span, meant),)),),
            )
        )


def _inner(values: Values) -> Values:
    """What stands between the brackets: the one list among the values."""
    for value in values:
        if isinstance(value, list):
            return value
    return []
