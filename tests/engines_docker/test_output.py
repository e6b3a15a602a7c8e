"""Two streams as one text: whole lines, nothing lost, nothing torn."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.engines.docker import output
from envspec.engines.docker.output import Piece, WholeLines, one_text


def split(text: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut for cut in cuts if cut < len(text)} | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(places)]


@st.composite
def two_streams(draw: st.DrawFn, alphabet: bytes) -> tuple[bytes, bytes, list[tuple[int, bytes]]]:
    """What two programs say of letters of their own, and the pieces in which it comes."""
    cuts = st.lists(st.integers(0, 40), max_size=8)
    texts = [
        bytes(draw(st.lists(st.sampled_from(letters + alphabet), max_size=40))) for letters in (b"ab", b"xy")
    ]
    pieces = [[(stream, piece) for piece in split(text, draw(cuts))] for stream, text in enumerate(texts)]
    order = draw(st.permutations([0] * len(pieces[0]) + [1] * len(pieces[1])))
    return texts[0], texts[1], [pieces[stream].pop(0) for stream in order]


def of(stream: bytes, text: bytes) -> bytes:
    return bytes(byte for byte in text if byte in stream)


@given(two_streams(b"\n"))
def test_each_line_is_of_one_stream(found: tuple[bytes, bytes, list[tuple[int, bytes]]]) -> None:
    first, second, pieces = found
    lines = WholeLines()
    text = b"".join(lines.feed(stream, piece) for stream, piece in pieces)
    assert not any(of(b"ab", line) and of(b"xy", line) for line in text.split(b"\n"))
    text += lines.release()
    assert lines.awaited is None
    assert (of(b"ab", text), of(b"xy", text)) == (of(b"ab", first), of(b"xy", second))
    assert text.count(b"\n") == first.count(b"\n") + second.count(b"\n")


@given(two_streams(b"\n\r"), st.lists(st.booleans(), min_size=16, max_size=16))
def test_nothing_is_lost_whatever_is_released_early(
    found: tuple[bytes, bytes, list[tuple[int, bytes]]], late: list[bool]
) -> None:
    first, second, pieces = found
    lines = WholeLines()
    text = b""
    for (stream, piece), now in zip(pieces, late, strict=False):
        text += lines.feed(stream, piece) + (lines.release() if now else b"")
    text += lines.release()
    text += b"".join(lines.feed(stream, piece) for stream, piece in pieces[len(late) :]) + lines.release()
    assert (of(b"ab", text), of(b"xy", text)) == (of(b"ab", first), of(b"xy", second))
    assert len(text) == len(first) + len(second)


def test_the_pieces_of_a_line_stay_together() -> None:
    pieces: list[Piece] = [(b"http://a.example", None), (None, b"a warning\n"), (b" ", None), (b"/b\n", None)]
    assert b"".join(one_text(pieces, ())) == b"http://a.example /b\na warning\n"


def test_a_bar_does_not_hold_the_lines_of_the_other_stream() -> None:
    lines = WholeLines()
    assert lines.feed(1, b"\r 10%|#  ") == b"\r 10%|#  "
    assert lines.feed(0, b"epoch 1\n") == b""
    assert lines.feed(1, b"\r 20%|## ") == b"epoch 1\n\r 20%|## "
    assert lines.feed(1, b"\r\n") == b"\r\n"
    assert lines.feed(0, b" 5%\r") + lines.feed(1, b"a warning\n") == b" 5%\ra warning\n"


def test_the_end_of_a_line_of_windows_is_no_bar() -> None:
    lines = WholeLines()
    text = lines.feed(0, b"one") + lines.feed(1, b"other\n") + lines.feed(0, b"\r\ntwo\n")
    assert text == b"one\r\nother\ntwo\n"


def test_what_is_held_is_bounded() -> None:
    lines = WholeLines()
    lines.feed(0, b"a question? ")
    much = b"x" * 100_000
    assert lines.feed(1, much) == much


def test_a_value_is_hidden_whatever_comes_between() -> None:
    """Also where a stream had waited too long for the end of a line."""
    secret = "s3cret-value"
    many = b"x" * 100_000 + b"\n"
    pieces: list[Piece] = [(b"it is s3cre", None), (None, many), (b"t-value\n", None), (None, b"s3cret-val")]
    text = b"".join(one_text(pieces, (secret,)))
    assert text == b"it is " + many + b"***\ns3cret-val"


def test_a_value_is_hidden_that_one_stream_begins_and_the_other_ends() -> None:
    assert b"".join(one_text([(b"is s3cret", None), (None, b"-value\n")], ("s3cret-value",))) == b"is ***\n"


def test_an_unfinished_line_is_waited_for_only_a_while() -> None:
    answered = threading.Event()

    def asking() -> Iterator[Piece]:
        yield b"go on? ", None
        yield None, b"a warning\n"
        assert answered.wait(60)
        yield b"yes\n", None

    text = one_text(asking(), ())
    assert [next(text), next(text)] == [b"go on? ", b"a warning\n"]
    answered.set()
    assert list(text) == [b"yes\n"]


def test_what_goes_wrong_in_reading_is_raised() -> None:
    def broken() -> Iterator[Piece]:
        yield b"begun\n", None
        raise OSError("gone")

    text = one_text(broken(), ())
    assert next(text) == b"begun\n"
    with pytest.raises(OSError, match="gone"):
        next(text)


def test_what_was_held_comes_before_what_goes_wrong() -> None:
    """But not the beginning of a value, whose rest may have been under way."""

    def broken() -> Iterator[Piece]:
        yield b"50% ", None
        yield None, b"a warning\nit is s3cre"
        raise OSError("gone")

    text = one_text(broken(), ("s3cret-value",))
    assert [next(text), next(text)] == [b"50% ", b"a warning\nit is "]
    with pytest.raises(OSError, match="gone"):
        next(text)


def test_what_was_held_comes_before_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is raised where the next piece is waited for."""
    pieces: list[Piece] = [(b"50% ", None), (None, b"a warning\n")]

    def waits(source: object, seconds: float | None) -> Piece:
        if not pieces:
            raise KeyboardInterrupt
        return pieces.pop(0)

    monkeypatch.setattr(output._ReadAhead, "next", waits)
    text = one_text((), ())
    assert [next(text), next(text)] == [b"50% ", b"a warning\n"]
    with pytest.raises(KeyboardInterrupt):
        next(text)


def test_each_line_has_its_own_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the other stream, which was held behind a line and is open now, is waited for as long."""
    monkeypatch.setattr(output, "_PATIENCE_SECONDS", 60.0)
    now = [0.0]
    monkeypatch.setattr(output, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def slow() -> Iterator[Piece]:
        yield b"one ", None
        yield None, b"a war"
        assert read.wait(60)
        now[0] = 59.9
        yield b"two\nthree", None
        assert read_again.wait(60)
        now[0] = 60.1
        time.sleep(0.5)
        yield None, b"ning\n"
        yield b" four\n", None

    read, read_again = threading.Event(), threading.Event()
    text = one_text(slow(), ())
    assert next(text) == b"one "
    read.set()
    assert next(text) == b"two\na war"
    read_again.set()
    assert b"".join(text) == b"ning\nthree four\n"


def test_nobody_reads_on_after_the_end() -> None:
    def endless() -> Iterator[Piece]:
        while True:
            yield b"y\n", None

    before = threading.active_count()
    with closing(one_text(endless(), ())) as text:
        next(text)
    for thread in threading.enumerate():
        if thread.name == "envspec-output":
            thread.join(60)
    assert threading.active_count() <= before
