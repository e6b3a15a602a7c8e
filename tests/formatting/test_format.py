"""The layout by example, and what always holds by property."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Source
from envspec.formatting.format import format_range, format_text

ROOT = Path(__file__).parents[2]
FILES = [
    path.read_text(encoding="utf-8")
    for folder in ("examples", "tests/conformance/cases", "tests/syntax/fixtures")
    for path in sorted((ROOT / folder).rglob("?*.envspec"))
    if path.is_file()
]


def formatted(text: str) -> str:
    result, errors = format_text(Source.of("a.envspec", text))
    assert errors == []
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\n\n# only words\n\n\n", "# only words\n"),
        ("edition=1", "edition = 1\n"),
        ("#words\n#!x\n##\n", "# words\n#!x\n##\n"),
        (
            'environment e{python="3.11"\r\n\r\n\r\n\r\nconda=["a","b",]}\r\n',
            'environment e {\n    python = "3.11"\n\n    conda = ["a", "b"]\n}\n',
        ),
        (
            "environment e {\nx = 1\nlonger += [2]\ndocker { shm_size=2GiB }\ny = 3 }",
            "environment e {\n    x       = 1\n    longer += [2]\n    docker { shm_size = 2GiB }\n    y = 3\n}\n",
        ),
        (
            'secret a {variable="A"}\nsecret b {variable="B"} # why\nrun r { command = [\n\'x\'\n] }'.replace(
                "'", '"'
            ),
            'secret a { variable = "A" }\nsecret b { variable = "B" }  # why\n\nrun r {\n    command = [\n'
            '        "x",\n    ]\n}\n',
        ),
        (
            "param a=1\nparam bcd : path\nparam efg : integer=2\n",
            "param a             = 1\nparam bcd : path\nparam efg : integer = 2\n",
        ),
        (
            "e { a = [ # first\n  1, # one\n\n  # two comes\n  22 # two\n  # last\n] # end\n}",
            "e {\n    a = [  # first\n        1,  # one\n\n        # two comes\n        22,  # two\n"
            "        # last\n    ]  # end\n}\n",
        ),
        (
            "e { a = { b=1, # one\n long=2 # two\n} }\n",
            "e {\n    a = {\n        b    = 1  # one\n        long = 2  # two\n    }\n}\n",
        ),
        (
            "e { a = run . t [ alpha = 0.1 , b = 2 ] . outputs . m }",
            "e { a = run.t[alpha=0.1, b=2].outputs.m }\n",
        ),
        (
            'docker { run = ["""\n      echo hi\n    """] }',
            'docker {\n    run = ["""\n      echo hi\n    """]\n}\n',
        ),
    ],
)
def test_layout(before: str, after: str) -> None:
    assert formatted(before) == after
    assert formatted(after) == after


def test_what_is_too_long_gets_a_line_for_each() -> None:
    names = [f'"package-number-{number}"' for number in range(12)]
    text = formatted(f"environment e {{ conda = [{', '.join(names)}] }}")
    assert text.count("\n") == 16
    assert formatted(text) == text


def test_a_file_with_an_error_is_left_alone() -> None:
    source = Source.of("a.envspec", "environment e {\n  python = = 3\n}\n")
    text, errors = format_text(source)
    assert text == source.text
    assert len(errors) == 1


def test_only_the_statements_of_a_range_change() -> None:
    text = "a  =  1\n\nrun r {  x = 1 }\nrun s {  x = 1 }\n"
    found = format_range(Source.of("a.envspec", text), 10, 12)
    assert found is not None
    span, new = found
    assert text[: span.start] + new + text[span.end :] == "a  =  1\n\nrun r { x = 1 }\nrun s {  x = 1 }\n"
    assert format_range(Source.of("a.envspec", "a = 1\n"), 0, 3) is None
    assert format_range(Source.of("a.envspec", "a = \n"), 0, 3) is None


@pytest.mark.parametrize("text", FILES)
def test_every_file_here_keeps_its_meaning(text: str) -> None:
    """`format_text` proves it, and raises when it does not hold."""
    once, errors = format_text(Source.of("a.envspec", text))
    if not errors:
        assert formatted(once) == once


@given(st.data())
def test_blanks_and_comments_anywhere(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(FILES)).split("\n")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        noise = data.draw(st.sampled_from(["", "# a comment", "  #b", "\t", "   ", "#", ","]))
        if data.draw(st.booleans()):
            lines.insert(at, noise)
        else:
            lines[at] += noise
    text = data.draw(st.sampled_from(["\n", "\r\n"])).join(lines)
    once, errors = format_text(Source.of("a.envspec", text))
    if not errors:
        assert formatted(once) == once


TOKENS = st.sampled_from(
    ["a", "b-c", "=", "+=", "{", "}", "[", "]", ",", "\n", "\n\n", " ", "# c\n", '"s"', '"""\n x\n"""', "1", "2GiB",
     "run", ".", ":", "param", "import", "as", "extends", "none", "${", '"${a.b}"']
)  # fmt: skip


@given(st.lists(TOKENS, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_formatted_or_left_alone(text: str) -> None:
    once, errors = format_text(Source.of("a.envspec", text))
    if errors:
        assert once == text
    else:
        assert formatted(once) == once
