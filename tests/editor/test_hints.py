"""What is shown between the words, above the blocks, and as colours; the form of what is being written."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from envspec.editor.hints import hints
from envspec.editor.lenses import lenses
from envspec.editor.signatures import signature
from envspec.editor.token_types import MODIFIERS, TYPES
from envspec.editor.tokens import tokens
from tests.editor.buffers import at_cursor
from tests.editor.test_hover import BASE, LOCK, TEXT


def test_hints(tmp_path: Path) -> None:
    (tmp_path / "envspec.lock").write_text(LOCK)
    analysis, _ = at_cursor(tmp_path, TEXT + "▮", base=BASE)
    found = {TEXT[: hint.offset].splitlines()[-1].strip(): hint for hint in hints(analysis, 0, len(TEXT))}
    assert {line: hint.text.strip() for line, hint in found.items()} == {
        "environment e extends common.base": "inherits description, python",
        "pip": '["idna >=3"]',
        'pip += ["six"': "1.16.0",
        "matrix = { lr = [1, 2] }": "2 runs",
    }
    assert 'python = "3.12"  # from common.base' in found["environment e extends common.base"].more
    start = TEXT.index("matrix")
    assert [hint.text for hint in hints(analysis, start, start + 30)] == [" 2 runs"]


def test_a_damaged_lock_gives_no_hints(tmp_path: Path) -> None:
    (tmp_path / "envspec.lock").write_bytes(b"\xff[[")
    analysis, _ = at_cursor(tmp_path, TEXT + "▮", base=BASE)
    assert "1.16.0" not in [hint.text.strip() for hint in hints(analysis, 0, len(TEXT))]


def test_lenses(tmp_path: Path) -> None:
    analysis, _ = at_cursor(tmp_path, TEXT + "▮deployment d {\n", base=BASE)
    found = [(lens.command, lens.name) for lens in lenses(analysis)]
    assert found == [("build", "e"), ("run", "train"), ("deploy", "d")]


def test_colours(tmp_path: Path) -> None:
    analysis, _ = at_cursor(tmp_path, TEXT + "▮", base=BASE)
    found = [(TEXT[t.span.start : t.span.end], t.type, *t.modifiers) for t in tokens(analysis)]
    for expected in [
        ("common", "namespace", "declaration"),
        ("alpha", "parameter", "declaration"),
        ("path", "type"),
        ("extends", "keyword"),
        ("base", "class"),
        ("e", "class", "declaration"),
        ("pip", "property"),
        ("wine", "property"),
        ("90m", "number"),
        ("inputs", "keyword"),
    ]:
        assert expected in found
    assert all(t.type in TYPES and set(t.modifiers) <= set(MODIFIERS) for t in tokens(analysis))
    spans = [t.span for t in tokens(analysis)]
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert not any("\n" in TEXT[span.start : span.end] for span in spans)


@pytest.mark.parametrize(
    ("text", "label", "active"),
    [
        ("run r {\n    resources = { ▮ }\n}", "resources { cpu, memory, gpu", None),
        ("run r {\n    resources = { cpu = 1, memory = ▮ }\n}", "resources { cpu, memory, gpu", "memory"),
        ("environment x {\n    docker {\n        image = ▮\n", "docker { image, ", "image"),
        ("run r {\n    inputs = { a = run.train[▮] }\n}", "run.train[lr=1 | 2]", None),
        ("run r {\n    inputs = { a = run.train[lr=▮] }\n}", "run.train[lr=1 | 2]", "lr=1 | 2"),
        ("environment ▮", "environment NAME extends BASE { … }", "NAME"),
        ("environment x extends ▮", "environment NAME extends BASE { … }", "BASE"),
        ("secret ▮", "secret NAME { … }", "NAME"),
        ("param x : ▮", "param NAME : TYPE = VALUE", "TYPE"),
        ("param x = ▮", "param NAME : TYPE = VALUE", "VALUE"),
        ('import "a" as ▮', 'import "PATH" as NAME', "NAME"),
    ],
)
def test_forms(tmp_path: Path, text: str, label: str, active: str | None) -> None:
    found = signature(*at_cursor(tmp_path, TEXT + text, base=BASE))
    assert found is not None and found.label.startswith(label)
    assert active == (None if found.active is None else found.parameters[found.active][0])
    assert all(name in found.label for name, _ in found.parameters)


@pytest.mark.parametrize("text", ["▮", "environment x {\n    ▮\n}", "# environment ▮", "env▮"])
def test_no_form(tmp_path: Path, text: str) -> None:
    assert signature(*at_cursor(tmp_path, TEXT + text, base=BASE)) is None
