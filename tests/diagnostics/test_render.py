"""Every format, by goldens for what it looks like and by properties for what may be in it.

`ENVSPEC_UPDATE_GOLDENS=1` writes the goldens; CI refuses it.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Diagnostic, Edit, Fix, Label, Source, Span
from envspec.diagnostics.codes import codes
from envspec.diagnostics.render import FORMATS, render
from envspec.diagnostics.render.escape import visible, width
from envspec.diagnostics.render.excerpt import WIDEST
from envspec.diagnostics.render.full import summary
from tests.diagnostics.findings import SOURCES, findings

GOLDEN = Path(__file__).parent / "golden"
FINDINGS = findings()


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("ENVSPEC_UPDATE_GOLDENS") and not os.environ.get("CI"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FINDINGS)
def test_full(name: str) -> None:
    compare(f"full-{name}.txt", render("full", [FINDINGS[name]], SOURCES))


@pytest.mark.parametrize("format_", sorted(set(FORMATS) - {"full"}))
def test_formats(format_: str) -> None:
    compare(f"{format_}.txt", render(format_, list(FINDINGS.values()), SOURCES))


def test_colour_adds_nothing_but_colour() -> None:
    plain = render("full", list(FINDINGS.values()), SOURCES)
    coloured = render("full", list(FINDINGS.values()), SOURCES, colour=True)
    assert re.sub(r"\x1b\[(0|1|1;3[1346])m", "", coloured) == plain
    compare("full-coloured.txt", render("full", [FINDINGS["unknown_attribute"]], SOURCES, colour=True))


def test_the_form_is_that_of_the_design() -> None:
    assert (
        render("full", [FINDINGS["unknown_attribute"]], SOURCES)
        == """\
error[E0203]: unknown attribute `chanels` in `environment`
  --> train.envspec:9:5
   |
 7 | environment sklearn {
   | ------------------- attributes of this block are checked here
 9 |     chanels = ["conda-forge"]
   |     ^^^^^^^ not an attribute of `environment`
   |
help: did you mean `channels`?  [fix: safe]
note: envspec explain E0203

1 error
"""
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_found(format_: str) -> None:
    text = render(format_, [], {})
    if format_ in {"full", "concise", "jsonl", "github"}:
        assert text == ""
    elif format_ == "junit":
        assert ElementTree.fromstring(text).get("failures") == "0"
    else:
        json.loads(text)


def test_the_summary_counts() -> None:
    warning = next(code for code, row in codes().items() if row.severity == "warning")
    error = FINDINGS["two_files"]
    assert summary([error]) == "1 error"
    assert summary([error, Diagnostic(warning, "x"), error]) == "2 errors, 1 warning"


strange = st.text(
    st.characters()
    | st.sampled_from('\n\r\t\x1b\x9b\u202e\u2066\u200d\u0301\u2028\ud800\ufffe好한ﷺ👩🏽 {}"%:,'),
    max_size=60,
)
offsets = st.integers(-2, 70)


@st.composite
def cases(draw: Any) -> tuple[list[Diagnostic], dict[str, Source]]:
    file = draw(st.sampled_from(["a.envspec", "b/ü\x1b\n.envspec", "nowhere"]))
    sources = {
        f: Source.of(f, draw(strange) * draw(st.integers(1, 4))) for f in ("a.envspec", "b/ü\x1b\n.envspec")
    }

    def span() -> Span:
        return Span(draw(st.sampled_from([file, "a.envspec"])), draw(offsets), draw(offsets))

    labels = tuple(Label(span(), draw(strange)) for _ in range(draw(st.integers(0, 3))))
    fixes = tuple(
        Fix(draw(strange), (Edit(span(), draw(strange)),), draw(st.booleans()))
        for _ in range(draw(st.integers(0, 2)))
    )
    found = Diagnostic(
        "E0203", draw(strange), draw(st.none() | st.just(span())), draw(strange), labels,
        (draw(strange),), draw(strange), fixes, draw(st.none() | st.just(span())), draw(strange),
    )  # fmt: skip
    return [found] * draw(st.integers(1, 2)), sources


@given(cases())
def test_any_text_at_any_span_is_shown_safely(case: tuple[list[Diagnostic], dict[str, Source]]) -> None:
    diagnostics, sources = case
    for format_ in FORMATS:
        text = render(format_, diagnostics, sources)
        for line in text.split("\n"):
            assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs"}], (format_, line)
        text.encode("utf-8")
    for format_ in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(render(format_, diagnostics, sources))
    ElementTree.fromstring(render("junit", diagnostics, sources))
    assert len(render("github", diagnostics, sources).splitlines()) == len(diagnostics)
    assert len(render("concise", diagnostics, sources).splitlines()) == len(diagnostics)
    assert len(render("jsonl", diagnostics, sources).splitlines()) == len(diagnostics)


@given(st.text("ab\t好한", max_size=400), st.integers(0, 400), st.integers(1, 20))
def test_carets_stand_under_their_characters(text: str, start: int, length: int) -> None:
    start = min(start, max(0, len(text) - 1))
    found = Diagnostic("E0203", "x", Span("f", start, start + length))
    shown = render("full", [found], {"f": Source.of("f", text)})
    line, carets = (row.partition("|")[2][1:] for row in shown.split("\n")[3:5])
    assert width(line) <= WIDEST + 4
    indent = len(carets) - len(carets.lstrip())
    marked, column = "", 0
    for character in line:
        if indent <= column < indent + len(carets.strip()):
            marked += character
        column += width(character)
    wanted = visible(text[start : start + length])
    assert wanted.startswith(marked.rstrip(" …"))
    if width(visible(text)) <= WIDEST:
        assert marked.rstrip() == wanted.rstrip()


def test_accents_take_no_column() -> None:
    assert [width(text) for text in ("e\u0301te", "한", "\u1112\u1161\u11ab", "ﷺ", "", "好a")] == [
        3,
        2,
        2,
        1,
        0,
        3,
    ]
