"""libyaml and PyYAML's own parser: the same nodes at the same places, and the same words about what is wrong.

The oracle is PyYAML's own parser, which is what reads where PyYAML was built without libyaml.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked
from envspec.importing.yaml_text import nodes_of
from envspec.packages.conda_file import parse_conda_file
from envspec.packages.yaml_nodes import TooDeepError, by_libyaml, first_document
from tests.importing.imported import CORPUS

PIECES = (
    "a", "b: ", "- ", "? ", ": ", "\n", "\n  ", "\n    ", "  ", "[", "]", "{", "}", ", ", ",", "'", '"',
    "|\n", "|-\n  ", ">\n  ", ">+\n", "&x ", "*x", "&y ", "*y", "!t ", "!!str ", "<<: ", "#c", " # c",
    "\t", "%YAML 1.2\n", "---\n", "--- a\n", "...\n", "é", "😀", "\u2028", "\x85", "\r", "\r\n", "\ufeff",
    "\\n", "\\u0041", "\\ud83d", "\\", "''", "key: value\n", "- item\n", "-", "?", ":", ":\n  ", "~",
    "null", "1.5", "https://x/y?z=1", "`", "@", "%", "%20", "=", "x" * 1020, "|2\n", "  text\n", "|1-\n",
    "!<t> ", "!e!x ", "%TAG !e! tag:x,2000:\n", "&", "*", "!", ">", "|", "\xa0", "a b", " ", "a!=1",
    "{a: b, c: [d]}", "[a: ]", "'a'", '"b": ', "\x07", "\ud800",
)  # fmt: skip
DEEPEST = 12


@contextmanager
def without_libyaml() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        yield


def tree(node: Any, seen: dict[int, int]) -> Any:
    """All that there is about a node, an alias as the number of the node it stands for."""
    if node is None:
        return None
    if id(node) in seen:
        return seen[id(node)]
    seen[id(node)] = len(seen)
    what = (node.id, node.tag, node.start_mark.index, node.start_mark.line, node.end_mark.index)
    if node.id == "scalar":
        return (*what, node.value, node.style or None)
    if node.id == "sequence":
        return (*what, bool(node.flow_style), [tree(one, seen) for one in node.value])
    return (*what, bool(node.flow_style), [(tree(key, seen), tree(one, seen)) for key, one in node.value])


def read(text: str) -> Any:
    try:
        return tree(first_document(text, DEEPEST), {})
    except TooDeepError as error:
        return "deep", error.node.start_mark.index
    except (yaml.YAMLError, ValueError) as error:
        return type(error), str(error)


def imported(text: str) -> Any:
    asked = Asked(Path("/p/x.yaml"), Path("/p"), Path("/p"), "x")
    try:
        node: Any = nodes_of(asked, Path("/p/x.yaml"), text)
    except Failure as failure:
        node = [(one.code, one.message, one.span) for one in failure.diagnostics]
    return node, asked.report.lines


def conda(text: str) -> Any:
    entries, problems = parse_conda_file(text)
    return entries, problems


def hold(text: str) -> None:
    found = [read(text), imported(text), conda(text)]
    with without_libyaml():
        assert found == [read(text), imported(text), conda(text)]


def texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


@given(text=texts(), line=st.booleans())
def test_any_text(text: str, line: bool) -> None:
    hold(text + "\n" * line)


NAMES = sorted(
    str(path.relative_to(CORPUS))
    for path in CORPUS.rglob("*")
    if path.suffix in (".yml", ".yaml") or path.name in ("MLproject", "MLmodel")
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_as_people_write_it_and_with_mistakes(name: str) -> None:
    text = (CORPUS / name).read_text(errors="replace")
    hold(text)
    chance = random.Random(name)  # the same in each run
    for _ in range(3):
        at = chance.randrange(len(text) + 1)
        hold(text[:at] + chance.choice(PIECES) + text[at + chance.randrange(3) :])


CORNERS = {
    "a tab after a word": "a: b\t# c\n",
    "a tab between words": "a\tb: c\n",
    "a tab behind a bracket": "a: [b,\tc]\n",
    "a comment behind the head of a block": "a: |#c\n  b\n",
    "a byte order mark": "\ufeffa: b\n",
    "a byte order mark inside": "a: b\n\ufeffc: d\n",
    "a lone question mark": "?\n",
    "a question in brackets": "[?a, a?b]\n",
    "a lone tag": "a: !\n",
    "a directive of another version": "%YAML 1.3\n---\na: b\n",
    "no value before a bracket": "[a: ]\n",
    "no value before a bracket on the next line": "[a: # why\n ]\n",
    "nothing behind a comment, without a last line break": "---\n # c",
    "no value at the end, without a last line break": "a:\n  b:",
    "a block without a last line break": "a: |\n  b",
    "a key alone, without a last line break": "? a",
    "brackets without a last line break": "{a: [b, c]}",
    "a comma without a value": "{a, b: , c: d}\n",
    "surrogates that are escaped": 'a: "\\ud83d\\ude00"\n',
    "half a surrogate": "a: \ud800\n",
    "a key of more than 1024 characters": f"{'k' * 1030}: a\n",
    "a key of more than 1024 bytes": f"{'é' * 600}: a\n",
    "two documents": "a: b\n---\nc: [\n",
    "a second document that is broken": "a\n--- [\n",
    "an anchor that is there twice": "a: &x 1\nb: &x 2\nc: *x\n",
    "an alias of nothing": "a: *x\n",
    "an alias to itself": "a: &x [*x]\n",
    "a key that is there twice": "a: 1\na: 2\n",
    "a mapping that is merged": "a: &x {b: 1}\nc: {<<: *x, d: 2}\n",
    "line breaks of all kinds": "a: b\r\nc: d\re: f\x85g: h\u2028i: j\n",
    "places behind characters of many bytes": "é: 😀\nb: [ü, '😀']\n",
    "numbers and texts": "a: 1\nb: '1'\nc: yes\nd: \"yes\"\n",
    "the last level": "[" * DEEPEST + "]" * DEEPEST + "\n",
    "a level too much": "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2) + "\n",
    "a deep anchor, and an alias of it above": "a: [[[[[[[[[[[[[&x [b]]]]]]]]]]]]]]\nc: *x\n",
    "a tag of no value": "\n!=\n",
    "a tag like a bound": "a: !=1\n",
    "deep in brackets": "[" * 300 + "\n",
    "deep in dashes": "- " * 300 + "x\n",
}


@pytest.mark.parametrize("text", CORNERS.values(), ids=CORNERS)
def test_a_corner(text: str) -> None:
    hold(text)


def test_libyaml_reads_what_people_write() -> None:
    """Or the comparisons would be of PyYAML's parser with itself."""
    assert yaml.__with_libyaml__, "PyYAML's wheels have it"
    assert by_libyaml("name: x\ndependencies:\n- numpy!=1.2\n- pip: [a, b]  # c\n", DEEPEST) is not None
    assert by_libyaml("a: [\n", DEEPEST) is None and by_libyaml("a\tb\n", DEEPEST) is None
    assert by_libyaml("{a: b}", DEEPEST) is not None
    there = [by_libyaml((CORPUS / name).read_text(errors="replace"), 64) for name in NAMES]
    assert len(NAMES) > 50 and sum(one is not None for one in there) > 0.6 * len(NAMES)


def test_a_text_that_is_too_deep_takes_no_time_for_its_depth() -> None:
    """PyYAML's time is quadratic in levels of brackets: it ends at the first level too much."""
    for text in ("[" * 50_000, "[" * 50_000 + "\n", "- " * 50_000 + "x\n", '{"a":' * 50_000 + "\n"):
        with pytest.raises(TooDeepError) as raised:
            first_document(text, DEEPEST)
        assert raised.value.node.start_mark.line == 0
