"""Changes of a client arrive where it meant them, whatever stands in the lines before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import (
    Position,
    Range,
    TextDocumentContentChangePartial,
    TextDocumentContentChangeWholeDocument,
)

from envspec.diagnostics import Source
from envspec.language_server.positions import UNITS, changed, to_offset, to_position

TEXTS = st.text(st.sampled_from("ab \t\n\r\x0b\x0c\x1c\x85\u2028\u2029é🎉\ud800"), max_size=40)
ENCODINGS = st.sampled_from(sorted(UNITS))


def place(text: str, offset: int, encoding: str) -> Position:
    """By the protocol's own words: lines end with `\\n`, `\\r\\n` or `\\r`."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    if text[:offset].endswith("\r") and text[offset : offset + 1] == "\n":
        before = before[:-1]  # between the two halves of a line end: the end of its line
    line = before.count("\n")
    return Position(line, UNITS[encoding](before[before.rfind("\n") + 1 :]))


@given(TEXTS, ENCODINGS, st.integers(0, 40), st.integers(0, 40), TEXTS)
def test_a_change_arrives(text: str, encoding: str, one: int, two: int, new: str) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    for offset in (start, end):
        if text[offset - 1 : offset + 1] == "\r\n":
            return  # no place of the protocol
    change = TextDocumentContentChangePartial(
        Range(place(text, start, encoding), place(text, end, encoding)), new
    )
    assert changed(text, [change], encoding) == text[:start] + new + text[end:]


@given(TEXTS, ENCODINGS, st.integers(0, 40))
def test_there_and_back(text: str, encoding: str, offset: int) -> None:
    offset = min(offset, len(text))
    source = Source.of("a.envspec", text)
    if text[offset - 1 : offset + 1] != "\r\n":
        assert to_position(source, offset, encoding) == place(text, offset, encoding)
        assert to_offset(source, to_position(source, offset, encoding), encoding) == offset


@pytest.mark.parametrize("text", ["", "x", "a\nb"])
def test_a_whole_text_and_places_that_are_nowhere(text: str) -> None:
    assert changed(text, [TextDocumentContentChangeWholeDocument("new")], "utf-16") == "new"
    far = Position(10**9, 10**9)
    assert changed(text, [TextDocumentContentChangePartial(Range(far, far), "!")], "utf-16") == text + "!"
    turned = Range(far, Position(0, 0))
    assert changed(text, [TextDocumentContentChangePartial(turned, "")], "utf-16") == ""
