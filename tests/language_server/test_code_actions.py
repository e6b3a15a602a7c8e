"""Quick fixes are offered where the finding is, and mend it."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text

TEXT = 'edition = 1\nenvironment e {\n    python = "3.12"\n    chanels = ["conda-forge"]\n}\n'


async def actions(client: LanguageClient, uri: str, line: int, *only: str) -> list[types.CodeAction]:
    at = types.Range(types.Position(line, 6), types.Position(line, 6))
    context = types.CodeActionContext([], only=list(only) or None)
    found = await client.text_document_code_action_async(
        types.CodeActionParams(types.TextDocumentIdentifier(uri), at, context)
    )
    return [action for action in found or () if isinstance(action, types.CodeAction)]


async def test_a_slip_is_mended(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    (action,) = await actions(client, uri, 3)
    assert action.edit is not None and action.edit.changes is not None and action.diagnostics
    assert [finding.code for finding in action.diagnostics] == ["E0203"]
    (edit,) = action.edit.changes[uri]
    assert edit.new_text == "channels"
    assert edit.range == types.Range(types.Position(3, 4), types.Position(3, 11))


async def test_nothing_elsewhere_and_of_other_kinds(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    assert await actions(client, uri, 0) == []
    assert await actions(client, uri, 3, "refactor") == []
    assert len(await actions(client, uri, 3, "quickfix")) == 1
