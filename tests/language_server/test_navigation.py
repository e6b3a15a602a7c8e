"""Definition, references, highlights, links and renaming, across files and open buffers."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from tests.language_server.conftest import open_text

BASE = 'edition = 1\nenvironment base {\n    python = "3.12"\n}\n'
TEXT = """\
edition = 1
import "base.envspec" as common
environment e extends common.base {
    requirements = ["requirements.txt", "missing.txt"]
}
run train {
    environment = e
    source = "."
    command = ["python", "é🎉", "${param.x}"]
}
param x = 1
"""


def at(text: str, what: str, after: int = 0) -> types.Position:
    offset = text.index(what) + after
    line = text.count("\n", 0, offset)
    return types.Position(line, len(text[text.rfind("\n", 0, offset) + 1 : offset].encode("utf-16-le")) // 2)


def start(location: types.Location | types.DocumentHighlight) -> tuple[int, int]:
    return location.range.start.line, location.range.start.character


async def test_definition(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "base.envspec").write_text(BASE)
    (tmp_path / "requirements.txt").write_text("idna\n")
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))

    async def definition(what: str, after: int) -> list[tuple[str, tuple[int, int]]]:
        params = types.DefinitionParams(document, at(TEXT, what, after))
        found = await client.text_document_definition_async(params)
        assert found is None or isinstance(found, list)
        return [(p.uri.rpartition("/")[2], start(p)) for p in found or () if isinstance(p, types.Location)]

    assert await definition("common.base", 8) == [("base.envspec", (1, 12))]
    assert await definition("common.base", 2) == [("base.envspec", (0, 0))]
    assert await definition('"base.envspec"', 3) == [("base.envspec", (0, 0))]
    assert await definition("= e\n", 2) == [("a.envspec", (2, 12))]
    assert await definition("param.x}", 7) == [("a.envspec", (10, 6))]
    assert await definition("requirements.txt", 3) == [("requirements.txt", (0, 0))]
    assert await definition("missing.txt", 3) == []
    assert await definition("edition", 3) == []


async def test_references_and_highlights(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(TEXT)
    base = types.TextDocumentIdentifier(open_text(client, tmp_path / "base.envspec", BASE))
    params = types.ReferenceParams(types.ReferenceContext(True), base, at(BASE, "base {"))
    found = await client.text_document_references_async(params) or ()
    assert [(p.uri.rpartition("/")[2], start(p)) for p in found] == [
        ("a.envspec", (2, 29)),
        ("base.envspec", (1, 12)),
    ]
    params.context.include_declaration = False
    assert len(await client.text_document_references_async(params) or ()) == 1
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))
    lit = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(document, at(TEXT, "param x", 6))
    )
    assert lit is not None
    assert [(start(one), one.kind) for one in lit] == [
        ((8, 41), types.DocumentHighlightKind.Read),  # in UTF-16: the party popper counts two
        ((10, 6), types.DocumentHighlightKind.Write),
    ]


async def test_renaming_across_files(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "base.envspec").write_text(BASE)
    document = types.TextDocumentIdentifier(open_text(client, tmp_path / "a.envspec", TEXT))
    place = at(TEXT, "common.base", 9)
    prepared = await client.text_document_prepare_rename_async(types.PrepareRenameParams(document, place))
    assert isinstance(prepared, types.PrepareRenamePlaceholder) and prepared.placeholder == "base"
    edit = await client.text_document_rename_async(types.RenameParams(document, place, "root"))
    assert edit is not None and edit.changes is not None
    assert {uri.rpartition("/")[2]: [e.new_text for e in edits] for uri, edits in edit.changes.items()} == {
        "a.envspec": ["root"],
        "base.envspec": ["root"],
    }
    with pytest.raises(JsonRpcException, match="`Root` is not a name"):
        await client.text_document_rename_async(types.RenameParams(document, place, "Root"))
    nowhere = types.PrepareRenameParams(document, types.Position(0, 0))
    assert await client.text_document_prepare_rename_async(nowhere) is None


async def test_links(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "base.envspec").write_text(BASE)
    (tmp_path / "requirements.txt").write_text("idna\n")
    uri = open_text(client, tmp_path / "a.envspec", TEXT)
    found = await client.text_document_document_link_async(
        types.DocumentLinkParams(types.TextDocumentIdentifier(uri))
    )
    assert found is not None
    assert [((link.target or "").rpartition("/")[2], link.range.start.character) for link in found] == [
        ("base.envspec", 8),
        ("requirements.txt", 21),
    ]
