"""The table of failures: its page is what the code says, and each of its cells is provoked by a test."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from envspec.diagnostics.codes import codes
from envspec.engines.causes.matrix import MATRIX, page
from envspec.engines.causes.table import CAUSES
from tests.failures.cells import PROVOKED

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "failures.md").read_text(encoding="utf-8") == page()


def test_every_cell_is_provoked_and_nothing_else() -> None:
    for file in Path(__file__).parent.glob("test_*.py"):
        import_module(f"tests.failures.{file.stem}")
    cells = {(cause, where) for cause, row in MATRIX.items() for where in row.cells}
    assert cells - PROVOKED == set(), "no test provokes"
    assert PROVOKED - cells == set(), "tests provoke what the table does not have"


def test_every_code_is_in_the_table_of_codes() -> None:
    used = {code for row in MATRIX.values() for code in row.cells.values()}
    used |= {advice.code for cause in CAUSES.values() for advice in (cause.local, cause.docker)}
    assert used <= set(codes())
