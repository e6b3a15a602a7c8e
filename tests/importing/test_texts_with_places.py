"""JSON with places, and TOML: the values are those of the standard library, the lines those of the file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked
from envspec.importing.json_text import json_nodes
from envspec.importing.toml_text import toml_nodes
from envspec.importing.yaml_text import Node
from tests.importing.imported import CORPUS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def asked() -> Asked:
    return Asked(Path("/p/x.json"), Path("/p"), Path("/p"), "x")


def nodes(text: str, **options: bool) -> Node:
    return json_nodes(asked(), Path("/p/x.json"), text, **options)


def values(node: Node) -> Any:
    if node.kind == "sequence":
        return [values(one) for one in node.items]
    if node.kind == "mapping":
        return {key: values(one) for key, one in node.entries.items()}
    return None if not node.kind else json.loads(node.text) if node.plain else node.text


@given(value=JSON, indent=st.sampled_from([None, 2]), escaped=st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | None, escaped: bool) -> None:
    """With comments and commas it reads the same."""
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert values(nodes(text)) == values(nodes(text, comments=True)) == value
    if indent:
        decorated = "\n".join(f"{line} // x" for line in text.split("\n")).replace("} // x", "}/* y */")
        assert values(nodes(decorated, comments=True)) == value


@pytest.mark.parametrize("text", [
    "", "{", "[1", '{"a": }', '{"a" 1}', '{"a": 1 "b": 2}', '{"a": "x', "{} {}", "{,}", "{a: 1}", '{"a": tru}', "nullx",
    '{"a": "\\x"}', '{"a": "\\u12"}', "\0", "[1,,2]", "01", "1.", "[" * 100,
])  # fmt: skip
@pytest.mark.parametrize("comments", [False, True])
def test_what_is_no_json(text: str, comments: bool) -> None:
    with pytest.raises(ValueError):
        json.loads(text)
    with pytest.raises(Failure) as failure:
        nodes(text, comments=comments)
    assert [one.code for one in failure.value.diagnostics] == ["E1302"]


@pytest.mark.parametrize("text", ['{"a": 1,}', "[1,]", "[] // x", "/* x */ {}", '{"a": 1 /* x */}'])
def test_comments_and_last_commas_only_where_they_are_asked_for(text: str) -> None:
    nodes(text, comments=True)
    with pytest.raises(Failure):
        nodes(text)


def test_half_of_a_character_is_refused_and_two_halves_are_one() -> None:
    assert nodes(r'"\ud83d\ude00"').text == "\U0001f600"
    with pytest.raises(Failure) as failure:
        nodes('{\n"a": "\\ud83d"}')
    assert "(line 2)" in failure.value.diagnostics[0].message


def test_a_key_that_is_there_twice_is_told_and_the_last_counts() -> None:
    by = asked()
    root = json_nodes(by, by.path, '{\n  "a": {"b": 1,\n    "b": 2},\n  "c": 3,\n  "a": 4\n}')
    assert values(root) == {"a": 4, "c": 3}
    assert [(one.outcome, one.what, one.line) for one in by.report.lines] == [
        ("dropped", "b", 3), ("dropped", "a", 5),
    ]  # fmt: skip


def test_numbers_are_as_they_are_written_and_null_is_nothing() -> None:
    root = nodes('{"a": 1.0, "b": 1e5, "c": true,\n "d": null}')
    assert [one.text for one in root.entries.values()] == ["1.0", "1e5", "true", ""]
    assert (root.get("d").kind, root.get("d").line) == ("", 2)


def test_a_lock_may_be_larger_than_another_file() -> None:
    text = f"[{'1,' * 150_000}1]"
    assert len(nodes(text, lock=True).items) == 150_001
    with pytest.raises(Failure) as failure:
        nodes(text)
    assert "too large" in failure.value.diagnostics[0].message


TOML = '''a = "x" # first
"b c".d = 1.50
e = [
  "one",
  { f = 'two' },
]

[[t]]
g = true
[t.h]
i = """
three"""
[[t]]
g = 2024-01-02
'''


def test_toml_has_the_place_of_every_value() -> None:
    root, places = toml_nodes(asked(), Path("/p/x.toml"), TOML)
    found: list[tuple[str, int]] = []

    def walk(node: Node) -> None:
        if node.kind == "scalar":
            found.append((TOML[node.start : node.end], node.line))
        for one in (*node.items, *node.entries.values()):
            walk(one)

    walk(root)
    assert found == [
        ('"x"', 1), ("1.50", 2), ('"one"', 4), ("'two'", 5), ("true", 9), ('"""\nthree"""', 11), ("2024-01-02", 14),
    ]  # fmt: skip
    assert {TOML[start:end] for start, end in places} >= {"a", '"b c"', "d", '"one"', "f", "t", "h", "i"}


@pytest.mark.parametrize(
    "file", ["uv/uv.lock", "poetry/poetry.lock", "pylock/pylock.toml", "pipfile/Pipfile"]
)
def test_toml_is_read_as_the_standard_library_reads_it(file: str) -> None:
    text = (CORPUS / file).read_text()

    def texts(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: texts(one) for key, one in value.items()}
        if isinstance(value, list):
            return [texts(one) for one in value]
        return str(value).lower() if isinstance(value, bool) else str(value)

    def of(node: Node) -> Any:
        if node.kind == "mapping":
            return {key: of(one) for key, one in node.entries.items()}
        return [of(one) for one in node.items] if node.kind == "sequence" else node.text

    assert of(toml_nodes(asked(), Path("/p/x.toml"), text)[0]) == texts(tomllib.loads(text))


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb", 2), ("a = 1\na = 2", 2), (f"\na = {'[' * 70}{']' * 70}", 2)]
)
def test_what_is_no_toml(text: str, line: int) -> None:
    with pytest.raises(Failure) as failure:
        toml_nodes(asked(), Path("/p/x.toml"), text)
    assert (
        failure.value.diagnostics[0].code == "E1302"
        and f"line {line}" in failure.value.diagnostics[0].message
    )
