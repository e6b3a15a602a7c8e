"""Documents and ranges are formatted as `envspec fmt` does."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text

OPTIONS = types.FormattingOptions(tab_size=2, insert_spaces=False)
TEXT = 'edition = 1\n\nenvironment a {\n  python="3.12"\n}\n\nenvironment b {\n  python="3.12"\n}\n'


async def formatted(client: LanguageClient, uri: str) -> list[types.TextEdit]:
    params = types.DocumentFormattingParams(types.TextDocumentIdentifier(uri), OPTIONS)
    return list(await client.text_document_formatting_async(params) or ())


async def test_only_the_lines_that_differ_are_replaced(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    (edit,) = await formatted(client, uri)
    assert edit.range == types.Range(types.Position(3, 0), types.Position(8, 0))
    assert edit.new_text == '    python = "3.12"\n}\n\nenvironment b {\n    python = "3.12"\n'


async def test_formatted_and_broken_files_are_left_alone(client: LanguageClient, tmp_path: Path) -> None:
    good = open_text(
        client, tmp_path / "a.envspec", 'edition = 1\n\nenvironment a {\n    python = "3.12"\n}\n'
    )
    assert await formatted(client, good) == []
    broken = open_text(client, tmp_path / "b.envspec", "edition = 1\n  environment {{{\n")
    assert await formatted(client, broken) == []


async def test_a_range_is_formatted(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    at = types.Range(types.Position(7, 0), types.Position(7, 3))
    params = types.DocumentRangeFormattingParams(types.TextDocumentIdentifier(uri), at, OPTIONS)
    (edit,) = await client.text_document_range_formatting_async(params) or ()
    assert edit.range.start.line == 6
    assert edit.new_text == 'environment b {\n    python = "3.12"\n}\n'
