"""Entry scripts are checked without being run."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics.codes import codes
from envspec.server.entry import check_entry

GOOD = [
    "def init(): ...\ndef run(data): ...",
    "def init(path=None): ...\ndef run(data, request_headers): ...",
    "def init(*rest): ...\ndef run(data, request_headers=None, *, debug=False): ...",
    "from serving import init, run",
    "from serving import *",
    "import serving as init\nrun = init.predict",
    "def init(): ...\nrun: object = lambda data: data",
    "try:\n    from fast import run\nexcept ImportError:\n    def run(data): ...\nfinally:\n    init = print",
    "if True:\n    def init(): ...\n    def run(*data): ...",
    "def __getattr__(name): ...",
    "def init(): ...\n@schema('x')\ndef run(a, b, c): ...",
    "class run: ...\ndef init(): ...",
    "init, (run, other) = make()",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_served_is_not_blamed(text: str) -> None:
    assert check_entry(text, "score.py") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("E1001", ""), ("E1002", "")]),
        ("def run(data): ...", [("E1001", "")]),
        ("def init(): ...\nclass A:\n    def run(self): ...", [("E1002", "")]),
        ("def init(): ...\ndef f():\n    def run(data): ...", [("E1002", "")]),
        ("def init(model): ...\ndef run(d): ...", [("E1003", "init")]),
        ("def init(*, model): ...\ndef run(d): ...", [("E1003", "init")]),
        ("async def init(): ...\nasync def run(d): ...", [("E1003", "init"), ("E1003", "run")]),
        ("def init(): ...\ndef run(): ...", [("E1003", "run")]),
        ("def init(): ...\ndef run(a, b, c): ...", [("E1003", "run")]),
        ("def init(): ...\ndef run(data, *, key): ...", [("E1003", "run")]),
        ("é = '你'; \ndef init(): ...\nif é:\n    def run(): ...", [("E1003", "run")]),
        ("def init(): ...\ndef run(data)\n    pass", [("E1004", "\n")]),
        ("x = (\n", [("E1004", "(")]),
        ("\x00", [("E1004", "")]),
    ],
)
def test_what_cannot_be_served_is_marked(text: str, found: list[tuple[str, str]]) -> None:
    problems = check_entry(text, "score.py")
    marked = [(p.code, text[p.start : p.end]) for p in problems]
    assert [code for code, _ in marked] == [code for code, _ in found]
    if found[0][0] != "E1004":
        assert marked == found
    for problem in problems:
        assert problem.code in codes()
        assert not problem.message.endswith(".")


@given(st.text() | st.text("def init(run)data,:*=\n '\"").map(textwrap.dedent))
def test_no_text_is_too_strange(text: str) -> None:
    for problem in check_entry(text, "score.py"):
        assert 0 <= problem.start <= problem.end <= len(text)


def test_deep_nesting_is_a_problem_and_no_crash() -> None:
    assert check_entry("(" * 100_000, "score.py")[0].code == "E1004"
    assert check_entry("-" * 200_000 + "1", "score.py")[0].code == "E1004"
