"""Completion over the protocol: what is replaced, snippets, both encodings."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text


async def completed(
    client: LanguageClient, uri: str, line: int, character: int
) -> dict[str, types.CompletionItem]:
    found = await client.text_document_completion_async(
        types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
    )
    assert isinstance(found, types.CompletionList)
    return {item.label: item for item in found.items}


async def test_an_attribute_in_a_file_that_does_not_parse(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", "edition = 1\nenvironment e {\n    pyt\n")
    item = (await completed(client, uri, 2, 7))["python"]
    assert isinstance(item.text_edit, types.TextEdit)
    assert item.text_edit.range == types.Range(types.Position(2, 4), types.Position(2, 7))
    assert item.text_edit.new_text == 'python = "$1"'
    assert item.insert_text_format is types.InsertTextFormat.Snippet
    assert isinstance(item.documentation, types.MarkupContent) and "PEP 440" in item.documentation.value


async def test_a_reference_behind_characters_of_two_units(client: LanguageClient, tmp_path: Path) -> None:
    text = 'edition = 1\nparam alpha = 1\nrun r {\n    command = ["🎉🎉", "${param.}"]\n}\n'
    uri = open_text(client, tmp_path / "a.envspec", text)
    item = (await completed(client, uri, 3, 32))["alpha"]
    assert isinstance(item.text_edit, types.TextEdit)
    assert item.text_edit.range == types.Range(types.Position(3, 32), types.Position(3, 32))


async def test_nothing_in_a_comment(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", "# e\n")
    assert await completed(client, uri, 0, 3) == {}
