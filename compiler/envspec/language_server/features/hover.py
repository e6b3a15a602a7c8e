"""What is known of the thing under the pointer."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.hover import hover
from envspec.language_server.server import EnvspecServer


def on_hover(server: EnvspecServer, params: types.HoverParams) -> types.Hover | None:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return None
    found = hover(analysis, session.offset(analysis.source, params.position))
    if found is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, found.text)
    return types.Hover(content, session.range(analysis.source, found.span))
