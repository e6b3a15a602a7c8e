"""Open documents as they are in the editor, and what changes on disk beside them."""

from __future__ import annotations

from lsprotocol import types

from envspec.language_server.features.diagnostics import publish
from envspec.language_server.rest import Rest
from envspec.language_server.server import EnvspecServer

_WATCHED = (
    "**/*.envspec",
    "**/pyproject.toml",
    "**/envspec.lock",
    "**/*.txt",
    "**/*.yml",
    "**/*.yaml",
    "**/*.py",
)
"""What findings may come from."""


def register(server: EnvspecServer) -> None:
    session = server.session
    rest = Rest(lambda: publish(server, whole=True))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        session.change(params.text_document.uri, params.text_document.text)
        publish(server)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _changed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        session.change(uri, server.workspace.get_text_document(uri).source)
        publish(server)
        rest.changed()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        session.forget()
        publish(server)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        session.close(uri)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        publish(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _on_disk(params: types.DidChangeWatchedFilesParams) -> None:
        session.forget()
        publish(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def _configured(params: types.DidChangeConfigurationParams) -> None:
        session.settings.set(params.settings)
        publish(server)

    @server.feature(types.INITIALIZED)
    def _initialized(params: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching is not None and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            )
            watch = types.Registration("envspec-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([watch]))
