"""What values mean: strings decoded and traced back, numbers, sizes, durations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Source
from envspec.syntax import nodes as n
from envspec.syntax.parser import parse
from envspec.syntax.strings import quote


def value(written: str) -> n.Value:
    module, diagnostics = parse(Source.of("x", f"x = {written}"))
    assert diagnostics == []
    (attribute,) = module.statements
    assert isinstance(attribute, n.Attribute)
    return attribute.value


def string(written: str) -> n.StringValue:
    found = value(written)
    assert isinstance(found, n.StringValue)
    return found


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ('""', ""),
        ('"a b"', "a b"),
        (r'"\n\t\"\\\u{e9}\u{1F600}"', '\n\t"\\\u00e9\U0001f600'),
        ('"$${x} $ $$ $$$${"', "${x} $ $$ $$${"),
        ('"#no comment"', "#no comment"),
        ('""" """', ""),
        ('"""a"""', "a"),
        ('"""\na\n"""', "a\n"),
        ('"""\n    a\n      b\n\n    c\n    """', "a\n  b\n\nc\n"),
        ('"""\n\ta\n\t b"""', "a\n b"),
        ('"""\n    a\n\tb"""', "    a\n\tb"),
        ('"""first\n      second\n        third"""', "first\nsecond\n  third"),
        ('"""\n    \\ta\n    b"""', "\ta\nb"),
        ('"""\r\n  a\r\n  b\r\n"""', "a\nb\n"),
        ('"""a "quoted" ""word"""', 'a "quoted" ""word'),
        ('"""\n   \n  a\n   \n"""', "\na\n\n"),
    ],
)
def test_strings_decode(written: str, plain: str) -> None:
    assert string(written).plain == plain


def test_holes_part_a_string() -> None:
    found = string('"a${param.x}b${ inputs.y }"')
    assert [p if isinstance(p, str) else [s.name for s in p.reference.segments] for p in found.parts] == [
        "a",
        ["param", "x"],
        "b",
        ["inputs", "y"],
    ]
    assert found.plain is None


@pytest.mark.parametrize(
    "written",
    ['"abc"', r'"a\tb\u{e9}c"', '"a${param.x}b$${c}d"', '"""\n    ab\n      c\\td\n    e${param.y}f\n"""'],
)
def test_every_plain_character_knows_where_it_was_written(written: str) -> None:
    found = string(written)
    text = f"x = {written}"
    plain = "".join(part for part in found.parts if isinstance(part, str))
    for index, character in enumerate(plain):
        offset = found.offset_of(index)
        assert found.span.start < offset < found.span.end
        if character.isalpha() and character.isascii():
            assert text[offset] == character
    assert text[found.offset_of(len(plain))] == '"'


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_a_quoted_text_is_that_text(text: str) -> None:
    assert string(quote(text)).plain == text


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("-5", -5),
        ("20", 20),
        ("0.1", 0.1),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("3.10", 3.1),
        ("-0", 0),
    ],
)
def test_numbers(written: str, number: float) -> None:
    found = value(written)
    assert isinstance(found, n.NumberValue)
    assert (found.value, found.text, type(found.value)) == (number, written, type(number))


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("0B", 0),
        ("2GiB", 2**31),
        ("1.5GiB", 3 * 2**29),
        ("2GB", 2 * 10**9),
        ("64MiB", 2**26),
        ("1TB", 10**12),
    ],
)
def test_sizes(written: str, size: int) -> None:
    found = value(written)
    assert isinstance(found, n.SizeValue)
    assert (found.bytes, found.text) == (size, written)


@pytest.mark.parametrize(
    ("written", "seconds"), [("30m", 1800), ("500ms", 0.5), ("1.5h", 5400), ("2d", 172800), ("0s", 0)]
)
def test_durations(written: str, seconds: float) -> None:
    found = value(written)
    assert isinstance(found, n.DurationValue)
    assert (found.seconds, type(found.seconds)) == (seconds, type(seconds))


def test_words_that_are_no_references() -> None:
    assert isinstance(value("true"), n.BooleanValue)
    assert isinstance(value("none"), n.NoneValue)
    assert isinstance(value("true.x"), n.Reference)
    assert isinstance(value("truely"), n.Reference)


def test_a_cell_of_a_reference() -> None:
    found = value("run.tune[alpha=0.1, kind=linear].outputs.model")
    assert isinstance(found, n.Reference)
    assert [s.name for s in found.segments] == ["run", "tune", "outputs", "model"]
    cell = found.segments[1].cell
    assert cell is not None
    assert [key.name.text for key in cell] == ["alpha", "kind"]


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("0.3B", "write a whole number"),
        ("0.0001KiB", "use a smaller unit"),
        ("0.5ms", "write a whole number"),
        ("0.0005s", "use a smaller unit"),
    ],
)
def test_a_smaller_unit_is_advised_where_there_is_one(text: str, help_: str) -> None:
    _, diagnostics = parse(Source.of("x", f"x = {text}"))
    assert [one.help for one in diagnostics] == [help_]


def test_a_number_that_is_too_large_does_not_become_a_string_unasked() -> None:
    """`retries = "9007199254740992"` is as wrong: nothing that is sure to mend it."""
    _, diagnostics = parse(Source.of("x", "x = 9007199254740992"))
    assert [(one.code, [fix.safe for fix in one.fixes]) for one in diagnostics] == [("E0028", [False])]
