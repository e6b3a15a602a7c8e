"""Formatting of a document and of a range of it, as `envspec fmt` does. There are no options to honour."""

from __future__ import annotations

from lsprotocol import types

from envspec.diagnostics import Span
from envspec.formatting.format import format_range, format_text
from envspec.language_server.server import EnvspecServer


def _changed(old: str, new: str) -> tuple[int, int, str]:
    """The lines that differ, so that cursors and marks outside them stay where they are."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    limit = min(len(before), len(after))
    head = next((i for i in range(limit) if before[i] != after[i]), limit)
    rest = limit - head
    tail = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    start = sum(map(len, before[:head]))
    end = len(old) - sum(map(len, before[len(before) - tail :]))
    return start, end, "".join(after[head : len(after) - tail])


def on_format(server: EnvspecServer, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return []
    source = analysis.source
    text, _ = format_text(source)
    if text == source.text:
        return []
    start, end, new = _changed(source.text, text)
    return [types.TextEdit(session.range(source, Span(source.file, start, end)), new)]


def on_format_range(
    server: EnvspecServer, params: types.DocumentRangeFormattingParams
) -> list[types.TextEdit]:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return []
    source = analysis.source
    start = session.offset(source, params.range.start)
    changed = format_range(source, start, session.offset(source, params.range.end))
    if changed is None:
        return []
    span, new = changed
    return [types.TextEdit(session.range(source, span), new)]
