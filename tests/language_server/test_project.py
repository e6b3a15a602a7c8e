"""A project in the editor: files that need each other, settings, changes on disk."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text

BASE = """\
edition = 1
environment base {
    python = "3.12"
}
environment own {
    python = "3.12"
}
run check {
    environment = own
    command = ["true"]
}
"""
USER = 'edition = 1\nimport "base.envspec" as common\nrun r {\n    environment = common.base\n    command = ["true"]\n}\n'


async def codes(client: LanguageClient, uri: str) -> list[str]:
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return [str(finding.code) for finding in report.items]


async def test_what_another_file_uses_is_used(client: LanguageClient, tmp_path: Path) -> None:
    base = open_text(client, tmp_path / "base.envspec", BASE)
    assert await codes(client, base) == ["W0308"]
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(base))
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert list(report.items[0].tags or ()) == [types.DiagnosticTag.Unnecessary]
    user = open_text(client, tmp_path / "user.envspec", USER)
    assert await codes(client, base) == []
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(user)))
    assert await codes(client, base) == ["W0308"]


async def test_a_change_of_an_imported_buffer(client: LanguageClient, tmp_path: Path) -> None:
    base = open_text(client, tmp_path / "base.envspec", BASE)
    user = open_text(client, tmp_path / "user.envspec", USER)
    assert await codes(client, user) == []
    changed = types.TextDocumentContentChangeWholeDocument(
        BASE.replace("environment base", "environment other")
    )
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(2, base), [changed])
    )
    assert await codes(client, user) == ["E0104"]


async def test_a_change_on_disk(client: LanguageClient, tmp_path: Path) -> None:
    user = open_text(client, tmp_path / "user.envspec", USER)
    assert await codes(client, user) == ["E0401"]
    (tmp_path / "base.envspec").write_text(BASE)
    event = types.FileEvent((tmp_path / "base.envspec").as_uri(), types.FileChangeType.Created)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    assert await codes(client, user) == []


async def test_settings_of_the_project_and_of_the_editor(client: LanguageClient, tmp_path: Path) -> None:
    base = open_text(client, tmp_path / "base.envspec", BASE)
    for given, expected in [
        ({"envspec": {"ignore": ["W0308"]}}, []),
        ({"ignore": ["W03"]}, []),
        ({"ignore": "nonsense"}, ["W0308"]),
        ({"select": ["W0301"]}, []),
        (None, ["W0308"]),
    ]:
        client.workspace_did_change_configuration(types.DidChangeConfigurationParams(given))
        assert await codes(client, base) == expected
    (tmp_path / "pyproject.toml").write_text('[tool.envspec.check]\nignore = ["W0308"]\n')
    client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(base)))
    assert await codes(client, base) == []
    (tmp_path / "pyproject.toml").write_text("[tool.envspec.check]\nignore = 3\n")
    client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(base)))
    assert await codes(client, base) == ["W0308"]


async def test_a_document_that_was_never_saved(client: LanguageClient) -> None:
    uri = "untitled:Untitled-1"
    item = types.TextDocumentItem(uri, "envspec", 1, "edition = 1\nenvironment e {\n    chanels = []\n}\n")
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert await codes(client, uri) == ["E0203"]
