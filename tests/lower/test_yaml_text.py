"""Strings stay strings for every reader of YAML."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from envspec.lower.yaml_text import Lines, yaml_text

TAKEN_FOR_SOMETHING = (
    "1e3", "08", "0o17", "0x1F", "0b1", "1_000", "1.", ".5", "-1", "+.inf", ".NaN", "y", "N", "yes", "Off", "~", "null",
    "2001-12-14", "12:30:45", "=", "<<", "- a", "a: b", "a #b", "!x", "&x", "*x", "%x", "@x", "`x", "{", "[", "", " ",
)  # fmt: skip


@pytest.mark.parametrize("text", TAKEN_FOR_SOMETHING)
def test_what_some_reader_takes_for_something_else_is_in_quotes(text: str) -> None:
    assert yaml_text([text]).rstrip()[2] in "'\""


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "python:3.11", "a-b", "é", "/x", "./x", "numpy >=2,<3", "${{ a }}"]
)
def test_what_is_plain_stays_plain(text: str) -> None:
    assert yaml_text([text]) == f"- {text}\n"


@given(st.text(), st.booleans())
def test_every_text_comes_back(text: str, lines: bool) -> None:
    assert yaml.safe_load(yaml_text({"a": [Lines(text) if lines else text]})) == {"a": [text]}


def test_lines_stand_as_they_are() -> None:
    assert yaml_text({"a": Lines("x: 1\n# y\n")}) == "a: |\n  x: 1\n  # y\n"
    assert yaml_text({"a": Lines("x\ny ")}) == 'a: "x\\ny "\n'
