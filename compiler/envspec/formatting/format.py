"""The whole file or a range of it, and the proof that nothing changed its meaning."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from envspec.diagnostics import Diagnostic, Source, Span
from envspec.formatting.layout import Layout
from envspec.formatting.lines import text_of
from envspec.formatting.remarks import Remarks, tidy
from envspec.syntax.nodes import Module
from envspec.syntax.parser import parse


def format_text(source: Source) -> tuple[str, list[Diagnostic]]:
    """The formatted text, or the text as it is and the syntax errors because of which it was left alone."""
    module, found = parse(source)
    errors = [diagnostic for diagnostic in found if diagnostic.code.startswith("E")]
    if errors or module.damaged:
        return source.text, errors
    remarks = Remarks(source, module.comments)
    layout = Layout(source, remarks)
    layout.statements(module.statements, len(source.text))
    text = text_of(layout.lines)
    _prove(source, module, text)
    return text, []


def format_range(source: Source, start: int, end: int) -> tuple[Span, str] | None:
    """The whole lines that hold the statements between two offsets, and what they become; None when nothing
    is to be done there or the file has a syntax error."""
    module, _ = parse(source)
    touched = [s for s in module.statements if s.span.start < max(end, start + 1) and s.span.end > start]
    if module.damaged or not touched:
        return None
    first = source.text.rfind("\n", 0, touched[0].span.start) + 1
    last = source.text.find("\n", touched[-1].span.end)
    last = len(source.text) if last < 0 else last + 1
    part = Source.of(source.file, source.text[first:last])
    text, errors = format_text(part)
    if errors or text == part.text:
        return None
    return Span(source.file, first, last), text


class ChangedMeaningError(Exception):
    """The formatter would have changed what a file says: a bug of ours, and the file is left alone."""


def _prove(source: Source, before: Module, text: str) -> None:
    after, found = parse(Source.of(source.file, text))
    same = (
        not found
        and _bare(before.statements) == _bare(after.statements)
        and [tidy(comment) for comment in before.comments] == [comment.text for comment in after.comments]
    )
    if not same:
        raise ChangedMeaningError(source.file)


def _bare(node: Any) -> Any:
    """A node without its places."""
    if is_dataclass(node):
        kept = [f.name for f in fields(node) if f.compare and f.name not in {"span", "header"}]
        return (type(node).__name__, *(_bare(getattr(node, name)) for name in kept))
    if isinstance(node, tuple):
        return [_bare(one) for one in node]
    return node
