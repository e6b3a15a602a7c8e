"""Paths that a click opens."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.links import links
from envspec.language_server.server import EnvspecServer


def on_links(server: EnvspecServer, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    session = server.session
    document = session.document(params.text_document.uri)
    analysis = document.analysis
    if analysis is None:
        return []
    return [
        types.DocumentLink(
            session.range(analysis.source, link.span), session.uri(document.project, link.file)
        )
        for link in links(analysis)
    ]
