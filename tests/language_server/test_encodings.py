"""Places in the encoding that client and server agreed on, behind characters of several units; addresses of Windows."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import Any

import pygls.uris
import pytest

from envspec.editor.analysis import Project
from envspec.language_server.document import Document
from envspec.language_server.session import Session
from tests.language_server.raw import RawClient

LINE = '    variables = { "é🎉" = "x", B = "${param.alpha}" }'
TEXT = f'edition = 1\r\nparam alpha = 1\r\nenvironment e {{\r\n    python = "3.12"\r\n{LINE}\r\n}}\r\n'
UNITS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
SIZE = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def column(encoding: str, character: int) -> int:
    return len(LINE[:character].encode(UNITS[encoding])) // SIZE[encoding]


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16"], "utf-16"),
        (None, "utf-16"),
        (["utf-32", "utf-16"], "utf-32"),
    ],
)
def test_every_place_is_in_the_agreed_encoding(
    tmp_path: Path, offered: list[str] | None, agreed: str
) -> None:
    uri = (tmp_path / "a.envspec").as_uri()
    document = {"uri": uri}
    with RawClient() as raw:
        general = {} if offered is None else {"positionEncodings": offered}
        told = raw.initialize(general=general)["result"]["capabilities"]
        assert told.get("positionEncoding", "utf-16") == agreed
        opened = {"uri": uri, "languageId": "envspec", "version": 1, "text": TEXT}
        raw.send({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": opened}})
        start = LINE.index("alpha")
        here = {"line": 4, "character": column(agreed, start + 1)}

        def ask(method: str, **more: Any) -> Any:
            raw.request(1, f"textDocument/{method}", {"textDocument": document, "position": here, **more})
            return raw.answer(1)["result"]

        span = {
            "start": {"line": 4, "character": column(agreed, start)},
            "end": {"line": 4, "character": column(agreed, start + 5)},
        }
        assert ask("hover")["range"] == span
        assert ask("prepareRename")["range"] == span
        edits = ask("rename", newName="beta")["changes"][uri]
        assert span in [edit["range"] for edit in edits] and len(edits) == 2
        item = next(item for item in ask("completion")["items"] if item["label"] == "alpha")
        assert item["textEdit"]["range"] == span
        # a change that the client counts in the agreed units arrives where it was meant
        change = {"range": span, "text": "nobody"}
        params = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]}
        raw.send({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params})
        while True:
            message = raw.receive()
            if message.get("params", {}).get("version") == 2:
                break
        found = next(f for f in message["params"]["diagnostics"] if f["code"] == "E0501")
        assert found["range"]["start"] == span["start"]
        assert found["range"]["end"]["character"] == column(agreed, start) + len("nobody")


@pytest.mark.parametrize("comment", ["a\u2028b", "a\x0cb\x85", "a\x1c", "plain"])
def test_a_change_behind_what_python_calls_a_line_end(tmp_path: Path, comment: str) -> None:
    uri = (tmp_path / "a.envspec").as_uri()
    with RawClient() as raw:
        raw.initialize()
        text = f"edition = 1\n# {comment}\nparam x = 1\n"
        opened = {"uri": uri, "languageId": "envspec", "version": 1, "text": text}
        raw.send({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": opened}})
        span = {"start": {"line": 2, "character": 6}, "end": {"line": 2, "character": 7}}
        params = {
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [{"range": span, "text": "yy"}],
        }
        raw.send({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params})
        raw.request(1, "textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert [symbol["name"] for symbol in raw.answer(1)["result"]] == ["edition", "yy"]


def test_addresses_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as this can be seen elsewhere: an address is made from a path of Windows, and an open document keeps the
    address that its client gave it, however that spells the colon."""
    monkeypatch.setattr(pygls.uris, "IS_WIN", True)
    project = Project(PureWindowsPath("C:/team"))  # type: ignore[arg-type]
    session = Session()
    assert session.uri(project, "specs/a.envspec") in (
        "file:///c:/team/specs/a.envspec",
        "file:///C:/team/specs/a.envspec",
        "file:///c%3A/team/specs/a.envspec",
        "file:///C%3A/team/specs/a.envspec",
    )
    spelled = "file:///c%3A/team/specs/a.envspec"
    session.open[spelled] = Document(spelled, project, "specs/a.envspec")
    assert session.uri(project, "specs/a.envspec") == spelled
