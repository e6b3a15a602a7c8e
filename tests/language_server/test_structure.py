"""Outline, names of the project, folding and growing selections."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text

TEXT = """\
edition = 1
# one
# two
param size = 3

environment e {
    pip = [
        "idna >=3",
    ]
    variables = { A = "b" }
}
"""


async def test_the_outline(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = await client.text_document_document_symbol_async(params) or ()
    seen = [
        (s.name, [i.name for i in s.children or ()]) for s in found if isinstance(s, types.DocumentSymbol)
    ]
    assert seen == [("edition", []), ("size", []), ("e", ["pip", "variables"])]


async def test_healthy_blocks_of_a_broken_file_are_in_the_outline(
    client: LanguageClient, tmp_path: Path
) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT + "\nrun train {\n    command = [\n}\n")
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = await client.text_document_document_symbol_async(params) or ()
    assert "e" in [symbol.name for symbol in found]


async def test_names_of_the_project(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "on_disk.envspec").write_text("edition = 1\nenvironment elsewhere {\n}\n")
    open_text(client, tmp_path / "a.envspec", TEXT)
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("E")) or ()
    assert sorted(symbol.name for symbol in found) == ["e", "elsewhere", "size"]


async def test_folding(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    params = types.FoldingRangeParams(types.TextDocumentIdentifier(uri))
    found = await client.text_document_folding_range_async(params) or ()
    assert [(fold.start_line, fold.end_line, fold.kind) for fold in found] == [
        (1, 2, types.FoldingRangeKind.Comment),
        (5, 10, None),
        (6, 8, None),
    ]


async def test_a_selection_grows(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    params = types.SelectionRangeParams(types.TextDocumentIdentifier(uri), [types.Position(7, 11)])
    (grown,) = await client.text_document_selection_range_async(params) or ()
    lines = []
    step: types.SelectionRange | None = grown
    while step is not None:
        lines.append((step.range.start.line, step.range.end.line))
        step = step.parent
    assert lines[0] == (7, 7) and (6, 8) in lines and lines[-1][0] == 0
    assert lines == sorted(lines, key=lambda pair: pair[1] - pair[0])
