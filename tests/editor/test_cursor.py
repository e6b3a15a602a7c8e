"""Where a cursor is, in files that are being written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Source
from envspec.editor.cursor import Cursor, cursor_at
from tests.editor.buffers import CURSOR


def cursor(text: str) -> Cursor:
    return cursor_at(Source.of("a.envspec", text.replace(CURSOR, "")), text.index(CURSOR))


@pytest.mark.parametrize(
    ("text", "role", "attribute"),
    [
        ("▮", "statement", ""),
        ("env▮", "statement", ""),
        ("edition = 1\n\n▮\n", "statement", ""),
        ("# a▮", "nothing", ""),
        ("edition = 1▮", "nothing", ""),
        ("environment ▮", "nothing", ""),
        ("environment e▮", "nothing", ""),
        ("environment e ▮", "extends", "environment"),
        ("environment e ex▮ {\n}", "extends", "environment"),
        ("environment e extends ▮", "base", "environment"),
        ("environment e extends common.b▮ {}", "base", "environment"),
        ('import "▮', "import_path", ""),
        ('import "x.envspec" ▮', "import_as", ""),
        ("param x : ▮", "param_type", ""),
        ("param x = ▮", "value", "x"),
        ("environment e {\n    ▮\n}", "attribute", ""),
        ("environment e {\n    py▮\n}", "attribute", ""),
        ("environment e { py▮ }", "attribute", ""),
        ("environment e {\n    pip = []\n    py▮\n}", "attribute", ""),
        ('environment e {\n    python = "▮\n}', "value", "python"),
        ('environment e {\n    python = "3.1▮"\n}', "value", "python"),
        ('environment e {\n    pip = ["idna", "nu▮"]\n}', "value", "pip"),
        ('environment e {\n    pip = ["idna", "nu▮\n}\nrun x {\n}', "value", "pip"),
        ('environment e {\n    pip = [\n        "idna",\n        ▮\n}\nrun x {\n}', "value", "pip"),
        ("environment e {\n    docker {\n        im▮\n    }\n}", "attribute", ""),
        ('environment e {\n    docker { image = "▮" }\n}', "value", "image"),
        ("environment e {\n    variables = { ▮ }\n}", "key", ""),
        ("environment e {\n    variables = { A = ▮ }\n}", "value", "A"),
        ("run r {\n    resources = { cpu = 1, ▮ }\n}", "attribute", ""),
        ("run r {\n    environment = ▮\n", "value", "environment"),
        ("run r {\n    environment {\n        ▮\n", "attribute", ""),
        ("run r {\n    environment = e[▮]\n}", "cell_key", ""),
        ("run r {\n    environment = e[py=▮]\n}", "cell_value", "py"),
        ('run r {\n    source = "src" ▮\n}', "nothing", ""),
        ('run r {\n    command = ["python", "${▮}"]\n}', "value", "command"),
        ("target t { kind = ▮ }", "value", "kind"),
    ],
)
def test_roles(text: str, role: str, attribute: str) -> None:
    found = cursor(text)
    assert (found.role, found.attribute) == (role, attribute)


def test_references() -> None:
    assert cursor("run r {\n    command = [param.▮]\n}").segments == ("param",)
    found = cursor("model m { from = run.train[lr=1].outputs.mo▮ }")
    assert (found.segments, found.prefix, found.role) == (("run", "train", "outputs"), "mo", "value")
    found = cursor('run r { command = ["--x=${matrix.al▮}"] }')
    assert (found.segments, found.prefix, found.in_hole) == (("matrix",), "al", True)
    assert cursor('run r { command = ["$${matrix.al▮}"] }').in_string
    assert cursor("run r {\n    environment = common.x[▮]").frame.cell_of == ("common", "x")


def test_what_is_already_there() -> None:
    found = cursor(
        'environment e {\n    python = "3.12"\n    ▮\n    pip = []\n    docker {\n    user = "1"\n    }\n}\n'
    )
    assert sorted(found.frame.names) == ["docker", "pip", "python"]
    assert found.block == ("environment", "e")
    assert cursor("environment e { pi▮p = [] }").complete is True


PIECES = st.sampled_from(
    [*"{}[]=.,\n \"'#$", "+=", "run", "train", "environment", "extends", "pip", '"""', "${", "param", "1.5", "é🎉", "\x00"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(0, 60))
def test_every_place_of_every_text_is_somewhere(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    found = cursor_at(Source.of("a.envspec", text), offset)
    assert 0 <= found.start <= offset <= max(found.end, offset) <= len(text)
    assert text[found.start : offset].endswith(found.prefix) or found.in_hole
