"""Findings in the editor: pushed after each change, pulled when asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_lsp
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import COMMAND, open_text


async def test_findings_are_pushed(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", "edition = 1\nenvironment e {\n    chanels = []\n}\n")
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (finding,) = client.diagnostics[uri]
    assert finding.code == "E0203"
    assert finding.range == types.Range(types.Position(2, 4), types.Position(2, 11))


async def test_findings_are_pulled(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", "edition = 1\nenvironment e {\n    chanels = []\n}\n")
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert [finding.code for finding in report.items] == ["E0203"]


PULLS = types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities())
AGAIN = types.WorkspaceClientCapabilities(
    diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
)


@pytest_lsp.fixture(config=COMMAND)
async def other(lsp_client: LanguageClient) -> AsyncGenerator[None, None]:
    """A client that each test makes known itself."""
    yield
    await lsp_client.shutdown_session()


async def test_who_can_pull_again_is_not_pushed_to(other: LanguageClient, tmp_path: Path) -> None:
    known = types.ClientCapabilities(workspace=AGAIN, text_document=PULLS)
    told = await other.initialize_session(types.InitializeParams(known))
    assert told.capabilities.diagnostic_provider is not None
    uri = open_text(other, tmp_path / "a.envspec", "chanels = 1\n")
    report = await other.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert report.items
    assert other.diagnostics == {}, "an editor would show each finding twice"


async def test_who_cannot_pull_again_is_pushed_to(other: LanguageClient, tmp_path: Path) -> None:
    told = await other.initialize_session(
        types.InitializeParams(types.ClientCapabilities(text_document=PULLS))
    )
    assert told.capabilities.diagnostic_provider is None, "an editor would show each finding twice"
    uri = open_text(other, tmp_path / "a.envspec", "chanels = 1\n")
    await other.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert other.diagnostics[uri]
