"""Each row of the table has its function, and each function its row."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from envspec.language_server import features
from envspec.language_server.table import FEATURES, PULL


def test_rows_and_functions_are_the_same() -> None:
    folder = Path(features.__path__[0])
    there = {
        (path.stem, name)
        for path in folder.glob("[!_]*.py")
        for name in vars(import_module(f"{features.__name__}.{path.stem}"))
        if name.startswith("on_")
    }
    assert {(row.module, row.function) for row in (*FEATURES, PULL)} == there
