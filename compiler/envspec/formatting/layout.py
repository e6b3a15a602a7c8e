"""Nodes to lines.

The rules. Four blanks of indentation; one empty line at most, none after `{` or before `}`, one around a block of
several lines and between imports, params and blocks. A value or block stays on one line when it fits into 120
columns and its author did not begin a new line after the opening bracket (in a map or block: anywhere between its
entries); otherwise each element has its own line. The `=` of attributes, params and entries that follow each other
without an empty line or a block between them stand in one column. Strings and numbers stay as they are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from envspec.diagnostics import Source
from envspec.formatting.lines import BLANK, INDENT, Line
from envspec.formatting.remarks import Remarks, tidy
from envspec.syntax.nodes import (
    Attribute,
    Block,
    Body,
    CellKey,
    Entry,
    Import,
    ListValue,
    MapValue,
    Param,
    Reference,
    Segment,
    Statement,
    StringValue,
    Value,
)

WIDTH = 120
Piece = Statement | Entry | Value


class Layout:
    """The lines of one file; `lines` grows as nodes are laid out."""

    def __init__(self, source: Source, remarks: Remarks) -> None:
        self._source = source
        self._remarks = remarks
        self._groups = 0
        self.lines: list[Line] = []

    def statements(self, statements: Sequence[Statement], end: int) -> None:
        """Everything on the top level, up to the offset `end`."""
        before: Statement | None = None
        group, tall = 0, False
        for at, node in enumerate(statements):
            first = len(self.lines)
            self._comments_before(node.span.start, 0)
            alone = self._remarks.blank_before(node.span.start) or len(self.lines) != first
            if not isinstance(node, Attribute | Param):
                group = 0
            elif not group or alone or type(before) is not type(node):
                group = self._new_group()
            limit = statements[at + 1].span.start if at + 1 < len(statements) else end
            begin = len(self.lines)
            self._piece(node, 0, group, limit)
            height = len(self.lines) - begin
            if before is not None and (type(before) is not type(node) or _is_tall(node, height) or tall):
                self._blank(first)
            before, tall = node, _is_tall(node, height)
        self._comments_before(end, 0)
        while self.lines and self.lines[-1] is BLANK:
            self.lines.pop()

    # --- one piece with the comments around it

    def _comments_before(self, offset: int, depth: int) -> None:
        """The comments on lines of their own before a node or a closing bracket, and the empty line before it."""
        for comment in self._remarks.before(offset):
            if self._remarks.blank_before(comment.span.start):
                self._blank()
            self.lines.append(Line(depth, tidy(comment)))
        if self._remarks.blank_before(offset):
            self._blank()

    def _blank(self, at: int | None = None) -> None:
        at = len(self.lines) if at is None else at
        if at and self.lines[at - 1] is not BLANK and (at == len(self.lines) or self.lines[at] is not BLANK):
            self.lines.insert(at, BLANK)

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups

    def _piece(self, node: Piece, depth: int, group: int, limit: int, comma: str = "") -> None:
        """One node on lines of its own, then the comment at its end."""
        lead, value = self._lead(node)
        line = Line(depth, lead)
        if isinstance(node, Attribute):
            line = Line(depth, "", node.name.text, node.operator, group)
        elif isinstance(node, Entry):
            line = Line(depth, "", self._text(node.key), "=", group)
        elif isinstance(node, Param) and node.default is not None:
            line = Line(depth, "", lead, "=", group)
        self._value(line, value, depth, comma)
        self.lines[-1].comment = self._remarks.at_end(node.span.end, limit)

    def _lead(self, node: Piece) -> tuple[str, Value | Body | None]:
        match node:
            case Attribute() | Entry():
                return "", node.value
            case Block():
                label = f" {node.label.text}" if node.label else ""
                extends = f" extends {self._inline(node.extends)}" if node.extends else ""
                return f"{node.keyword.text}{label}{extends} ", node.body
            case Import():
                alias = f" as {node.alias.text}" if node.alias else ""
                return f"import {self._text(node.path)}{alias}", None
            case Param():
                kind = f" : {node.type.text}" if node.type else ""
                return f"param {node.name.text}{kind}", node.default
        return "", node

    def _value(self, line: Line, value: Value | Body | None, depth: int, comma: str) -> None:
        """Completes `line` with a value and adds it, on one line or several."""
        if value is None:
            self.lines.append(line)
        elif isinstance(value, ListValue | MapValue | Body) and not self._fits(line, value, comma):
            self._expanded(line, value, depth, comma)
        else:
            line.text += self._inline(value) + comma
            self.lines.append(line)

    def _fits(self, line: Line, value: ListValue | MapValue | Body, comma: str) -> bool:
        if self._broken(value):
            return False
        if isinstance(value, ListValue) and len(value.items) == 1 and isinstance(value.items[0], StringValue):
            return True  # splitting would not make it shorter, and a long string hugs its brackets
        lead = len(INDENT * line.depth) + len(line.text)
        if line.operator:
            lead += len(f"{line.name} {line.operator} ")
        text = self._inline(value)
        return "\n" not in text and lead + len(text) + len(comma) <= WIDTH

    def _broken(self, value: ListValue | MapValue | Body) -> bool:
        """Whether the author wants it on several lines, or a comment or a block in it does."""
        children = _children(value)
        if not children:
            return self._remarks.inside(value.span.start, value.span.end)
        return (
            self._begins_lines(value, children)
            or self._remarks.inside(value.span.start, value.span.end)
            or any(isinstance(child, Block) for child in children)
            or any(
                isinstance(inner, ListValue | MapValue) and self._broken(inner)
                for inner in (_inner(child) for child in children)
            )
        )

    def _begins_lines(
        self, value: ListValue | MapValue | Body, children: Sequence[Attribute | Block | Entry | Value]
    ) -> bool:
        """Whether a new line begins after the bracket; in a block or map, also between two entries."""
        starts = [value.span.start, *(child.span.end for child in children[:-1])]
        if isinstance(value, ListValue):
            starts = starts[:1]
        text = self._source.text
        return any(
            "\n" in text[start : child.span.start] for start, child in zip(starts, children, strict=False)
        )

    def _expanded(self, line: Line, value: ListValue | MapValue | Body, depth: int, comma: str) -> None:
        opening, closing = ("[", "]") if isinstance(value, ListValue) else ("{", "}")
        line.text += opening
        self.lines.append(line)
        children = _children(value)
        end = value.span.end - 1
        line.comment = self._remarks.at_end(value.span.start + 1, children[0].span.start if children else end)
        opened = len(self.lines)
        group = 0
        for at, child in enumerate(children):
            first = len(self.lines)
            self._comments_before(child.span.start, depth + 1)
            if first == opened:
                self._drop_blank(opened)
            if isinstance(child, Block):
                group = 0
            elif not group or (len(self.lines) > first and BLANK in self.lines[first:]):
                group = self._new_group()
            limit = children[at + 1].span.start if at + 1 < len(children) else end
            self._piece(child, depth + 1, group, limit, "," if isinstance(value, ListValue) else "")
        self._comments_before(end, depth + 1)
        while self.lines[-1] is BLANK:
            self.lines.pop()
        if len(self.lines) > opened:
            self._drop_blank(opened)
        self.lines.append(Line(depth, closing + comma))

    def _drop_blank(self, at: int) -> None:
        while at < len(self.lines) and self.lines[at] is BLANK:
            del self.lines[at]

    # --- on one line

    def _inline(self, value: Value | Body | None) -> str:
        match value:
            case ListValue():
                return f"[{', '.join(self._inline(item) for item in value.items)}]"
            case MapValue() | Body():
                entries = ", ".join(self._inline_entry(entry) for entry in value.entries)
                return f"{{ {entries} }}" if entries else "{}"
            case Reference():
                return ".".join(self._segment(segment) for segment in value.segments)
            case None:
                return ""
        return self._text(value)

    def _inline_entry(self, entry: Entry | Attribute | Block) -> str:
        if isinstance(entry, Block):
            lead, body = self._lead(entry)
            return lead + self._inline(body)
        if isinstance(entry, Attribute):
            return f"{entry.name.text} {entry.operator} {self._inline(entry.value)}"
        return f"{self._text(entry.key)} = {self._inline(entry.value)}"

    def _segment(self, segment: Segment) -> str:
        if segment.cell is None:
            return segment.name
        return f"{segment.name}[{', '.join(self._cell(key) for key in segment.cell)}]"

    def _cell(self, key: CellKey) -> str:
        return f"{key.name.text}={self._inline(key.value)}"

    def _text(self, node: object) -> str:
        """As it is written, with the line ends of this file."""
        span = node.span  # type: ignore[attr-defined]
        return self._source.text[span.start : span.end].replace("\r\n", "\n")


def _children(value: ListValue | MapValue | Body) -> Sequence[Attribute | Block | Entry | Value]:
    return value.items if isinstance(value, ListValue) else value.entries


def _inner(child: Attribute | Block | Entry | Value) -> Value | None:
    if isinstance(child, Attribute | Entry):
        return child.value
    return None if isinstance(child, Block) else child


def _is_tall(node: Statement, lines: int) -> bool:
    """Whether an empty line stands around it: a block of several lines."""
    return isinstance(node, Block) and lines > 1
