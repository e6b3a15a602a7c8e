"""Edits that rules offer: whole lines, elements of lists, new lines."""

from __future__ import annotations

import re
from bisect import bisect_right

from envspec.diagnostics import Edit, Source, Span
from envspec.lazy_pattern import lazy_pattern

_LINE_END = lazy_pattern(r"[ \t]*\r?\n")
_COMMA = lazy_pattern(r"[ \t]*,[ \t]*")


def without_statement(source: Source, span: Span) -> Edit:
    """Takes a statement or an attribute away, with its lines when nothing else stands on them."""
    text = source.text
    start = source.line_starts[bisect_right(source.line_starts, span.start) - 1]
    if text[start : span.start].strip():
        before = len(text[: span.start].rstrip(" \t,"))
        after = _COMMA.match(text, span.end)
        if text[before - 1 : before] == "{" and after is not None:
            return Edit(Span(span.file, span.start, after.end()), "")
        return Edit(Span(span.file, before if text[before - 1 : before] != "{" else span.start, span.end), "")
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    rest = text[span.end : end].strip().rstrip(",").strip()
    if rest and not rest.startswith("#"):
        after = _COMMA.match(text, span.end)
        return Edit(Span(span.file, span.start, after.end() if after is not None else span.end), "")
    return Edit(Span(span.file, start, end), "")


def without_element(source: Source, span: Span) -> Edit:
    """Takes an element of a list away, with the comma that was there for it."""
    text = source.text
    after = _COMMA.match(text, span.end)
    start = source.line_starts[bisect_right(source.line_starts, span.start) - 1]
    if after is None:
        left = len(text[: span.start].rstrip())
        if text[left - 1 : left] == "," and "#" not in text[text.rfind("\n", 0, left) + 1 : left]:
            return Edit(Span(span.file, left - 1, span.end), "")
        following = _LINE_END.match(text, span.end)
        alone = following is not None and not text[start : span.start].strip()
        return Edit(Span(span.file, start, following.end()) if following and alone else span, "")
    if not text[start : span.start].strip() and text[after.end() : after.end() + 1] in ("\n", "\r"):
        end = text.find("\n", after.end())
        return Edit(Span(span.file, start, len(text) if end < 0 else end + 1), "")
    return Edit(Span(span.file, span.start, after.end()), "")


def first_entry(source: Source, body: Span, line: str) -> Edit:
    """Puts an attribute at the beginning of a block, `{` and `}` in `body`."""
    inside = source.text[body.start + 1 : body.end - 1]
    if "\n" not in inside:
        if not inside.strip():
            return Edit(Span(body.file, body.start + 1, body.end - 1), f" {line} ")
        return Edit(Span(body.file, body.start + 1, body.start + 1), f" {line},")
    ending = "\r\n" if "\r\n" in inside else "\n"
    following = re.search(r"\n([ \t]*)\S", inside)
    indent = following[1] if following and following.end() < len(inside) else "    "
    at_end = body.start + 1 + inside.index("\n") + 1
    return Edit(Span(body.file, at_end, at_end), f"{indent}{line}{ending}")


def moved_element(source: Source, element: Span, into: Span) -> tuple[Edit, ...]:
    """Takes an element out of a list and puts it at the end of another one in the same file, `[` and `]` in
    `into`. Nothing where that is not a list in brackets, or where a comment follows its last element."""
    text = source.text
    inside = text[into.start + 1 : into.end - 1]
    if text[into.start : into.start + 1] != "[" or not inside.strip() or "#" in inside:
        return ()
    end = into.start + 1 + len(inside.rstrip(" \t\r\n,"))
    added = Edit(Span(into.file, end, end), f", {text[element.start : element.end]}")
    return (added, without_element(source, element))
