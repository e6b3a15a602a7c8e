"""What is not written but so, between the words of the text."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.hints import hints
from envspec.language_server.server import EnvspecServer


def on_hints(server: EnvspecServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return []
    start = session.offset(analysis.source, params.range.start)
    end = session.offset(analysis.source, params.range.end)
    return [
        types.InlayHint(
            session.position(analysis.source, hint.offset),
            hint.text.strip(),
            padding_left=True,
            tooltip=types.MarkupContent(types.MarkupKind.Markdown, hint.more) if hint.more else None,
        )
        for hint in hints(analysis, start, end)
    ]
