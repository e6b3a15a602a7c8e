"""Findings in the editor: pushed after each change, pulled when asked for."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text


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
