"""Paths that a click opens."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.links import links
from envspec.language_server.server import EnvspecServer


def register(server: EnvspecServer) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def _links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
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
