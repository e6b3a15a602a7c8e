"""The tables that are shipped are those of the grammar."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import envspec.grammar
import pytest

from envspec.syntax import tables
from envspec.syntax.builder import Builder

FOLDER = Path(envspec.grammar.__path__[0])


def test_the_shipped_tables_are_those_of_the_grammar() -> None:
    grammar = (FOLDER / "envspec.lark").read_bytes()
    assert (FOLDER / "envspec.tables.json").read_bytes() == tables.to_json(grammar), (
        "run `python -m envspec.syntax.tables`"
    )


def test_the_shipped_tables_load_as_the_built_ones() -> None:
    assert tables.load() == tables.build((FOLDER / "envspec.lark").read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", ["0", "1", "77"])
def test_the_tables_do_not_depend_on_the_hash_seed(seed: str) -> None:
    program = (
        "import sys; from envspec.syntax.tables import to_json;"
        "sys.stdout.buffer.write(to_json(open(sys.argv[1], 'rb').read()))"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, str(FOLDER / "envspec.lark")],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )
    assert made.stdout == (FOLDER / "envspec.tables.json").read_bytes()


def test_tables_of_another_grammar_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    grammar = (FOLDER / "envspec.lark").read_bytes() + b"\n// changed\n"
    shipped = (FOLDER / "envspec.tables.json").read_bytes()
    files = {"envspec.lark": grammar, "envspec.tables.json": shipped.replace(b'"final": ', b'"final": 9')}
    monkeypatch.setattr(tables, "_read", files.__getitem__)
    assert tables.load.__wrapped__() == tables.build(grammar.decode())


def test_every_action_of_the_grammar_has_its_method() -> None:
    assert all(callable(getattr(Builder, rule.action, None)) for rule in tables.load().rules)


def test_parsing_does_not_import_lark() -> None:
    program = (
        "import sys; from envspec.syntax.parser import parse; from envspec.diagnostics import Source;"
        "parse(Source.of('x', 'run a { x = [1] }')); sys.exit('lark' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_of_the_grammar_can_still_be_imported_in_the_usual_way() -> None:
    script = "from envspec.syntax import tables; tables.load(); import envspec.grammar; print(envspec.grammar.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "envspec.grammar\n"), done.stderr
