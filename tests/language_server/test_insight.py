"""Hover, forms, hints, lenses and colours over the protocol."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text

TEXT = """\
edition = 1
environment base {
    python = "3.12"
}
environment e extends base {
    variables = { A = "🎉" }
}
run r {
    environment = e
    matrix = { lr = [1, 2, 3] }
    resources = { cpu = 1 }
    command = ["true", "🎉", matrix.lr]
}
"""


async def test_hover(client: LanguageClient, tmp_path: Path) -> None:
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))
    found = await client.text_document_hover_async(types.HoverParams(document, types.Position(8, 18)))
    assert found is not None and isinstance(found.contents, types.MarkupContent)
    assert 'python = "3.12"  # from base' in found.contents.value
    assert found.range == types.Range(types.Position(8, 18), types.Position(8, 19))
    nothing = types.HoverParams(document, types.Position(12, 1))
    assert await client.text_document_hover_async(nothing) is None


async def test_signature_help(client: LanguageClient, tmp_path: Path) -> None:
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))
    params = types.SignatureHelpParams(document, types.Position(10, 24))
    found = await client.text_document_signature_help_async(params)
    assert found is not None and found.active_parameter == 0
    assert found.signatures[0].label.startswith("resources { cpu, memory")


async def test_inlay_hints(client: LanguageClient, tmp_path: Path) -> None:
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    found = await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    assert found is not None
    assert [(hint.position.line, hint.position.character, hint.label) for hint in found] == [
        (4, 26, "inherits python"),
        (9, 31, "3 runs"),
    ]


async def test_code_lenses(client: LanguageClient, tmp_path: Path) -> None:
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    found = await client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri))
    )
    assert found is not None
    commands = [lens.command for lens in found if lens.command is not None]
    assert [(command.command, list(command.arguments or ())) for command in commands] == [
        ("envspec.build", [uri, "base"]),
        ("envspec.build", [uri, "e"]),
        ("envspec.run", [uri, "r"]),
    ]


async def test_semantic_tokens(client: LanguageClient, tmp_path: Path) -> None:
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))
    found = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert found is not None
    line = character = 0
    places = {}
    for at in range(0, len(found.data), 5):
        lines, units, length, kind, _ = found.data[at : at + 5]
        character = units if lines else character + units
        line += lines
        places[line, character] = (length, kind)
    assert places[1, 12] == (4, 1)  # `base`, a class
    assert places[11, 29] == (6, 0)  # `matrix` after a character of two units, a keyword
    part = types.Range(types.Position(11, 0), types.Position(12, 0))
    some = await client.text_document_semantic_tokens_range_async(
        types.SemanticTokensRangeParams(document, part)
    )
    assert some is not None and 0 < len(some.data) < len(found.data)
    assert some.data[0] == 11
