"""Open documents: their texts, as they are in the editor."""

from __future__ import annotations

from lsprotocol import types

from envspec.language_server.features.diagnostics import publish
from envspec.language_server.server import EnvspecServer


def register(server: EnvspecServer) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        session.change(params.text_document.uri, params.text_document.text)
        publish(server)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _changed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        session.change(uri, server.workspace.get_text_document(uri).source)
        publish(server)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)
        publish(server)
