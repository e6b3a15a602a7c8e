"""Properties of text that nobody wrote with care: it never raises, and it spoils only itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.diagnostics import Source
from envspec.diagnostics.codes import codes
from envspec.syntax.lexer import scan
from envspec.syntax.nodes import Module
from envspec.syntax.parser import decode, parse
from envspec.syntax.tables import load
from envspec.syntax.text import LARGEST_FILE
from tests.syntax.dump import all_nodes, meaning

FULL = (Path(__file__).parent / "fixtures" / "full.envspec").read_text(encoding="utf-8")
PIECES = st.sampled_from(
    [
        *"{}[]=,.:;'@+-\\\n\r\0",
        *("+=", '"', '"""', "a", "environment x ", "extends", "1", "2Gib", "#c", "${", "${a.b}", "“", "//"),
        *("import ", "param ", "\r\n", "    ", "run t {\n", '"s"', "[1,", "{ a = 1", "e[p=1]", "=>"),
        *("\u202e", "\ud800", "\u00a0"),
    ]
)


def check(text: str) -> Module:
    module, diagnostics = parse(Source.of("any.envspec", text))
    for diagnostic in diagnostics:
        assert diagnostic.code in codes()
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
        for fix in diagnostic.fixes:
            assert all(0 <= edit.span.start <= edit.span.end <= len(text) for edit in fix.edits)
    for node in all_nodes(module):
        assert 0 <= node.span.start <= node.span.end <= len(text)
    assert module.damaged == bool(diagnostics)
    return module


@given(st.text())
def test_any_text(text: str) -> None:
    check(text)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_pieces_of_the_language(text: str) -> None:
    check(text)


@settings(max_examples=200)
@given(st.integers(0, len(FULL)), st.integers(0, 30), st.lists(PIECES, max_size=4).map("".join))
def test_any_change_of_a_healthy_file(at: int, length: int, piece: str) -> None:
    check(FULL[:at] + piece + FULL[at + length :])


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    source, diagnostics = decode("any.envspec", data)
    check(source.text)
    if not diagnostics:
        assert source.text.encode() == data.removeprefix(b"\xef\xbb\xbf")


GARBAGE = [
    "@@@ what",
    "foo bar baz",
    "= 3",
    "x = ",
    'x = "open',
    "x = )",
    "x = 1 2 3",
    "x = [1, 2",
    "}",
    "]",
    "x = 3fortnights",
    "docker.image = 3",
    "x = {",
    "\x07",
    "x = ${param.y}",
    "- item",
    "<<<<<<< HEAD",
    "x: y: z",
]


def line_places() -> list[tuple[int, list[str]]]:
    """Where lines of the healthy file begin, with the brackets around each; not inside of strings."""
    tokens = scan(Source.of("x", FULL), load()).tokens
    places: list[tuple[int, list[str]]] = []
    stack: list[str] = []
    for token in tokens:
        if token.type in ("LBRACE", "LSQB"):
            stack.append(token.type)
        elif token.type in ("RBRACE", "RSQB"):
            stack.pop()
        elif token.type == "NEWLINE":
            places.append((FULL.index("\n", token.start) + 1, stack.copy()))
    return places


@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_bad_line_spoils_nothing_else(garbage: str) -> None:
    whole = [meaning(s) for s in parse(Source.of("x", FULL))[0].statements]
    for at, brackets in line_places():
        module, diagnostics = parse(
            Source.of("x", FULL[:at] + "    " * len(brackets) + garbage + "\n" + FULL[at:])
        )
        kept = [meaning(s) for s in module.statements]
        around = FULL[max(at - 60, 0) : at]
        # The statement around the line may have changed; no other one has.
        assert len([s for s in whole if s not in kept]) <= 1, (around, diagnostics)
        assert diagnostics, around
        if brackets[-1:] != ["LSQB"]:
            # In a list the line lacks a comma as well.
            assert len(diagnostics) == 1, (around, diagnostics)


def test_a_file_that_is_too_large_is_refused() -> None:
    source, (problem,) = decode("big.envspec", b"x = 1\n" * (LARGEST_FILE // 5))
    assert (problem.code, source.text) == ("E0017", "")
    module, (problem,) = parse(Source.of("big.envspec", "x = 1\n" * (LARGEST_FILE // 5)))
    assert (problem.code, module.statements) == ("E0017", ())


def test_noise_gets_a_limited_number_of_diagnostics() -> None:
    _, diagnostics = parse(Source.of("x", "? = 1\n" * 5000))
    assert len(diagnostics) == 501
    assert diagnostics[-1].code == "E0026"


@pytest.mark.parametrize("depth", [100, 101, 5000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_depth_is_limited(depth: int, brackets: str) -> None:
    opening, closing = brackets[0], brackets[1]
    inner = opening if opening == "[" else "{ a = "
    text = "x = " + inner * (depth - 1) + opening + closing * depth + "\ny = 1\n"
    module, diagnostics = parse(Source.of("x", text))
    assert [d.code for d in diagnostics] == ([] if depth <= 100 else ["E0013"])
    assert len(module.statements) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'x = "\xff"\n', "E0015"),
        ("x = 1".encode("utf-16"), "E0015"),
        (b"\x7fELF\0\0", "E0016"),
    ],
)
def test_what_is_no_utf8_text(data: bytes, code: str) -> None:
    source, (problem,) = decode("x.envspec", data)
    assert problem.code == code
    check(source.text)
