"""A real server process, and a client that speaks to it."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

COMMAND = ClientServerConfig(server_command=[sys.executable, "-m", "envspec", "lsp"])


@pytest_lsp.fixture(config=COMMAND)
async def client(lsp_client: LanguageClient, tmp_path: Path) -> AsyncGenerator[None, None]:
    """A client like VS Code, in an empty project folder `tmp_path`."""
    (tmp_path / ".git").mkdir()

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _register(params: types.RegistrationParams) -> None:
        """Watches nothing: a test says itself what has changed."""

    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities("visual-studio-code"),
            workspace_folders=[types.WorkspaceFolder(tmp_path.as_uri(), "project")],
        )
    )
    yield
    await lsp_client.shutdown_session()


def open_text(client: LanguageClient, path: Path, text: str) -> str:
    """Opens a buffer that is not on disk; its address."""
    uri = path.as_uri()
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "envspec", 1, text))
    )
    return uri
