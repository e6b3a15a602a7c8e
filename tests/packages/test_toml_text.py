"""TOML 1.1's inline tables, which `tomllib` does not read, beside what it reads."""

from __future__ import annotations

import time
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.packages.toml_text import loads

BROKEN = """\
title = "a { b"  # { not a table
[tool.x]
one = {
  path = "./a", # of the project, [really]
  extras = [
    "b",
    'c',
  ],
  inner = { deep = {
    x = 1,
  } },
}
text = \"\"\"
{
a,
}\"\"\"
two = [{ a = 1, }, {
  b = "#"
}]
"""
JOINED = """\
title = "a { b"
[tool.x]
one = { path = "./a", extras = ["b", 'c'], inner = { deep = { x = 1 } } }
text = \"\"\"
{
a,
}\"\"\"
two = [{ a = 1 }, { b = "#" }]
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_inline_tables_over_lines(newline: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(BROKEN)
    assert loads(BROKEN.replace("\n", newline)) == tomllib.loads(JOINED)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = {\n  b = 1,\n}\nc = = 1\n", 4),
        ("a = {\n  b = 1,\n  c = oops,\n}\n", 3),
        ("a = {,\n}\n", 1),
        ("a = { b = 1,, \n}\n", 1),
        ("a = {\n  b = 1\n  c = 2\n}\n", 3),
        ("a = [1,,]\nb = {\n}\n", 1),
    ],
)
def test_what_is_wrong_is_told_where_it_is(text: str, line: int) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as failed:
        loads(text)
    assert f"(at line {line}, " in str(failed.value)


def test_many_tables_and_brackets_that_never_close_take_no_time() -> None:
    began = time.process_time()
    for text in ("a = {\n" * 20_000, "[" * 40_000, "x = [\n" + "{ a = 1, },\n" * 20_000 + "oops\n"):
        with pytest.raises((tomllib.TOMLDecodeError, RecursionError)):
            loads(text)
    assert time.process_time() - began < 10


def written(value: Any, newline: str) -> str:
    if isinstance(value, dict):
        rows = "".join(f"{newline}{key} = {written(one, newline)},{newline}" for key, one in value.items())
        return "{" + rows + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(one, newline) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


KEYS = st.text("abc", min_size=1, max_size=3)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers(-9, 9) | st.booleans() | st.text("a #{},[]='", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.sampled_from(["\n", " # x {\n", "\r\n"]))
def test_every_table_comes_back(document: dict[str, Any], newline: str) -> None:
    assert loads("".join(f"{key} = {written(one, newline)}\n" for key, one in document.items())) == document
