"""A program's output on its way to a terminal: what gets through, wherever the pieces are cut."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics.render.terminal_stream import TerminalStream

ALLOWED = re.compile(r"\x1b\[[0-9;:]*m|\x1b\[[0-2]?K")
COMMANDS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
PARTS = st.sampled_from(
    ["\x1b", "[", "]", "0", ";", ":", "31", "m", "K", "J", "A", "?", ">", " ", "\x07", "\x1b\\", "\x9b", "\x9c", "\r", "\n",
     "\t", "\x08", "text", "é", "\u202e", "\udcff", "P", "52;c;", "\x18", "1" * 70, "\u200d"]
)  # fmt: skip
TEXTS = st.lists(PARTS | st.characters(), max_size=30).map("".join)


def whole(text: str, *, colour: bool = True) -> str:
    stream = TerminalStream(colour=colour)
    return stream.feed(text) + stream.finish()


@given(TEXTS, st.lists(st.integers(0, 200), max_size=8), st.booleans())
def test_pieces_give_the_same_as_the_whole(text: str, cuts: list[int], colour: bool) -> None:
    stream = TerminalStream(colour=colour)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[begin:end] for begin, end in itertools.pairwise(places)]
    assert "".join(stream.feed(piece) for piece in pieces) + stream.finish() == whole(text, colour=colour)


@given(TEXTS)
def test_nothing_but_colours_and_the_line_itself_gets_through(text: str) -> None:
    shown = whole(text)
    assert not COMMANDS.search(ALLOWED.sub("", shown)), shown
    assert not COMMANDS.search(re.sub(r"\x1b\[[0-2]?K", "", whole(text, colour=False)))


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], include_characters="\t\r\n")))
def test_plain_text_is_as_it_is(text: str) -> None:
    assert whole(text) == text


@given(TEXTS)
def test_what_is_shown_once_is_shown_the_same_again(text: str) -> None:
    assert whole(whole(text)) == whole(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[1;38:2::1:2:3mbold", "\x1b[1;38:2::1:2:3mbold\x1b[0m"),
        ("\x1b[31mred\x1b[m", "\x1b[31mred\x1b[m"),
        ("\r 5%|#  |\r10%|## |\x1b[K\n", "\r 5%|#  |\r10%|## |\x1b[K\n"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("\x1b]52;c;ZXZpbA==\x1b\\", "\\x1b]52;c;ZXZpbA==\\x1b\\"),
        ("\x1b[2J\x1b[1;1Hup\x1b[A", "up"),
        ("\x1b[6n\x1b[c\x1b[>4;2m\x1b[?25l", ""),
        ("\x1bPq#0\x1b\\\x1bc", "\\x1bPq#0\\x1b\\\\x1bc"),
        ("\x9b31m\x90\u202e\x08", "\\x9b31m\\x90\\u202e\\x08"),
        ("caf\udcc3", "caf\\xc3"),
        ("\x1b", "\\x1b"),
        ("\x1b[31", "\\x1b[31"),
    ],
)
def test_what_is_let_through_left_out_and_made_visible(text: str, shown: str) -> None:
    assert whole(text) == shown


def test_it_costs_little() -> None:
    """Ten megabytes of a progress bar and coloured lines, in pieces as they are read."""
    piece = ("\r 50%|#####     | 5/10\x1b[K\n\x1b[32mepoch 3\x1b[0m loss 0.25\n" * 1200)[:65536]
    stream = TerminalStream(colour=True)
    began = time.process_time()
    for _ in range(160):
        stream.feed(piece)
    assert time.process_time() - began < 10
    plain = "epoch 3 loss 0.25\n" * 3600
    began = time.process_time()
    for _ in range(160):
        stream.feed(plain)
    assert time.process_time() - began < 2
