"""What is read quickly is what `tomllib` reads; everything else is left to `tomllib`."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.lock.quick_toml import read_quickly

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), max_size=12)
keys = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
scalars = texts.map(lambda text: f'"{text}"') | st.integers(0, 10**12).map(str)


def inline(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(keys, values, min_size=1, max_size=4)
    return pairs.map(lambda row: "{ " + ", ".join(f"{key} = {value}" for key, value in row.items()) + " }")


lists = st.lists(scalars, max_size=3).map(lambda values: f"[{', '.join(values)}]")
rows = inline(scalars | lists | inline(scalars).map(lambda row: f"[{row}]"))
blocks = st.lists(rows, max_size=3).map(lambda lines: "[\n" + "".join(f"    {row},\n" for row in lines) + "]")
headers = st.lists(keys | texts.map(lambda text: f'"{text}"'), min_size=1, max_size=3).map(".".join)
tables = st.tuples(headers, st.dictionaries(keys, scalars | blocks, max_size=3)).map(
    lambda table: f"[{table[0]}]\n" + "".join(f"{key} = {value}\n" for key, value in table[1].items())
)
documents = st.lists(tables, max_size=4).map(lambda parts: "# Made\nversion = 1\n\n" + "\n".join(parts))


def agree(text: str) -> None:
    """Equal with the order of keys, or left alone."""
    quickly = read_quickly(text)
    if quickly is not None:
        assert json.dumps(quickly) == json.dumps(tomllib.loads(text))


@given(documents)
def test_documents_in_our_form(text: str) -> None:
    agree(text)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a table twice, or a value in the place of one
        return
    assert read_quickly(text) is not None


@given(documents, st.data())
def test_spoilt_documents(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    size = data.draw(st.integers(0, 3))
    inserted = data.draw(
        st.text(st.sampled_from('[]{}",=: \n\t\r#\\.-+eE019atrufls_ é\x00\x7f\x85'), max_size=3)
    )
    agree(text[:at] + inserted + text[at + size :])


@given(documents, st.data())
def test_lines_in_another_order(text: str, data: st.DataObject) -> None:
    agree("\n".join(data.draw(st.permutations(text.split("\n")))))


@pytest.mark.parametrize(
    "text",
    [
        'a = [\n    { b = "x },\n    { " },\n]\n',
        'a = [\n    { b = 1, b = 2 },\n]\n',
        'a = [\n    {"b": 1},\n]\n',
        'a = [\n    { b = null },\n]\n',
        'a = [\n    { b = 1, },\n]\n',
        'a = [\n    { b = [{ c = 1 },\n    { d = 2 }] },\n]\n',
        'a = 1\na = 2\n',
        "[a]\n[a]\n",
        "a = 1\n[a.b]\n",
        "[a.b]\nc = 1\n[a]\nb = 2\n",
        'a = [\n    { b = 1 },\n]\n[a.c]\n',
        "a = 01\n",
        "[a]\nb.c = 1\n",
    ],
)  # fmt: skip
def test_what_could_be_taken_for_our_form(text: str) -> None:
    agree(text)


def test_a_text_that_is_nested_too_deeply_is_left_alone() -> None:
    assert read_quickly("x = [\n    { a = " + "[" * 50_000 + "]" * 50_000 + " },\n]\n") is None
