"""Open documents as they are in the editor, and what changes on disk beside them."""

from __future__ import annotations

from lsprotocol import types

from envspec.language_server.features.diagnostics import publish
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


def on_open(server: EnvspecServer, params: types.DidOpenTextDocumentParams) -> None:
    server.session.change(params.text_document.uri, params.text_document.text)
    _publish(server)


def on_change(server: EnvspecServer, params: types.DidChangeTextDocumentParams) -> None:
    server.session.edit(params.text_document.uri, params.content_changes)
    _publish(server)


def on_save(server: EnvspecServer, params: types.DidSaveTextDocumentParams) -> None:
    server.session.forget()
    publish(server)


def on_close(server: EnvspecServer, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.session.close(uri)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
    _publish(server)


def _publish(server: EnvspecServer) -> None:
    """What is found at once, and the whole of it when nobody types."""
    publish(server)
    server.rest.changed(lambda: publish(server, whole=True))


def on_disk(server: EnvspecServer, params: types.DidChangeWatchedFilesParams) -> None:
    server.session.forget()
    publish(server)


def on_configuration(server: EnvspecServer, params: types.DidChangeConfigurationParams) -> None:
    server.session.settings.set(params.settings)
    publish(server)


def on_initialized(server: EnvspecServer, params: types.InitializedParams) -> None:
    """Files that are not open are watched by the client, where it can."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching is not None and watching.dynamic_registration:
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        )
        watch = types.Registration("envspec-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        server.client_register_capability(types.RegistrationParams([watch]))
