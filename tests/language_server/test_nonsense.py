"""Clients that send nonsense: an error of the protocol, never silence, never a traceback, and the server goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.language_server.raw import RawClient

pytestmark = pytest.mark.slow
URI = "file:///nowhere/a.envspec"
AT = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}


@pytest.fixture
def raw() -> Iterator[RawClient]:
    with RawClient() as client:
        yield client


def alive(raw: RawClient) -> None:
    """It still answers, and ends as it should."""
    raw.request(99, "textDocument/hover", AT)
    assert "result" in raw.answer(99)
    raw.request(100, "shutdown")
    assert raw.answer(100)["result"] is None
    raw.send({"jsonrpc": "2.0", "method": "exit"})
    assert raw.end() == (0, "")


def test_bodies_that_are_no_messages(raw: RawClient) -> None:
    raw.initialize()
    for body, code in [
        (b"", None),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"1", -32600),
        (b"null", -32600),
        (b'{"id": 3}', -32600),
        (b'{"id": 3, "method": "textDocument/hover"}', -32600),
        (b'{"jsonrpc": "1.0", "id": 3, "method": "shutdown"}', None),
    ]:
        raw.frame(body)
        if code is not None:
            answer = raw.answer(3 if b"method" in body else None)
            assert answer["error"]["code"] == code, body
            assert "Traceback" not in str(answer)
    raw.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    raw.write(b"Content-Length: x\r\n\r\n")
    alive(raw)


WRONG: list[tuple[str, Any]] = [
    ("textDocument/hover", None),
    ("textDocument/hover", []),
    ("textDocument/hover", {"textDocument": 3}),
    ("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": "x", "character": {}}}),
    ("textDocument/completion", {"textDocument": {"uri": None}, "position": None}),
    ("textDocument/rename", AT),
    ("no/such/method", {}),
    ("", {}),
]


@pytest.mark.parametrize(("method", "params"), WRONG, ids=str)
def test_requests_that_are_wrong(raw: RawClient, method: str, params: Any) -> None:
    raw.initialize()
    raw.request(1, method, params)
    answer = raw.answer(1)
    assert answer["error"]["code"] in (-32601, -32602, -32603)
    assert answer["error"].get("data") is None
    assert "Traceback" not in str(answer) and "File " not in str(answer)
    alive(raw)


def test_places_that_are_nowhere(raw: RawClient) -> None:
    raw.initialize()
    for uri in (
        URI,
        "untitled:1",
        "",
        "x",
        "file://",
        "file:///",
        "file:///C:/a.envspec",
        "http://[",
        "\x00",
        "file:///%00",
    ):
        for place in ({"line": 0, "character": 0}, {"line": 10**9, "character": 10**9}):
            for method in ("hover", "completion", "definition", "prepareRename", "signatureHelp"):
                raw.request(1, f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": place})
                answer = raw.answer(1)
                assert "result" in answer, (method, uri, answer)
    alive(raw)


def test_changes_of_documents_that_are_not_open(raw: RawClient) -> None:
    raw.initialize()
    document = {"uri": URI, "version": 1}
    for method, params in [
        ("didChange", {"textDocument": document, "contentChanges": [{"text": "x"}]}),
        ("didClose", {"textDocument": {"uri": URI}}),
        ("didSave", {"textDocument": {"uri": URI}}),
        ("didOpen", {"textDocument": {**document, "languageId": "envspec", "text": "edition = 1\n"}}),
        ("didOpen", {"textDocument": {**document, "languageId": "envspec", "text": "\ud800 \x00"}}),
        ("didChange", {"textDocument": document, "contentChanges": [
            {"range": {"start": {"line": 9, "character": 9}, "end": {"line": 2, "character": 0}}, "text": "y"}]}),
        ("didChange", {"textDocument": document, "contentChanges": "z"}),
        ("didClose", {}),
    ]:  # fmt: skip
        raw.send({"jsonrpc": "2.0", "method": f"textDocument/{method}", "params": params})
    alive(raw)


def test_before_and_after(raw: RawClient) -> None:
    raw.send({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}})
    raw.request(1, "textDocument/hover", AT)
    assert raw.answer(1)["error"]["code"] == -32002
    raw.initialize()
    raw.request(2, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert raw.answer(2)["error"] == {"code": -32600, "message": "`initialize` comes once"}
    raw.request(2, "shutdown")
    raw.answer(2)
    raw.request(3, "textDocument/hover", AT)
    assert raw.answer(3)["error"]["code"] == -32600
    raw.send({"jsonrpc": "2.0", "method": "exit"})
    assert raw.end() == (0, "")


def test_an_address_that_no_file_can_have(raw: RawClient) -> None:
    raw.initialize()
    for number, uri in enumerate(
        ["file:///" + "a" * 5000 + ".envspec", "file:///" + "a" * 300 + "/b.envspec"], 1
    ):
        document = {"uri": uri, "languageId": "envspec", "version": 1, "text": "environment e {\n}\n"}
        raw.send({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document}})
        at = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
        raw.request(number, "textDocument/hover", at)
        assert "What a program needs" in str(raw.answer(number)["result"])
    alive(raw)


def test_a_client_that_goes(raw: RawClient) -> None:
    raw.initialize()
    raw.write(b"Content-Length: 1000000\r\n\r\n{")
    status, said = raw.end()
    assert (status, said) == (1, "")


def test_exit_without_shutdown(raw: RawClient) -> None:
    raw.initialize()
    raw.send({"jsonrpc": "2.0", "method": "exit"})
    assert raw.end() == (1, "")
