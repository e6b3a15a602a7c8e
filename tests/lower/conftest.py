"""Goldens of what the lowering emits; `--update-goldens` writes them, except under `CI=true`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens", action="store_true", help="write what the lowering emits to tests/lower/golden"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden of that name."""
    update = bool(request.config.getoption("--update-goldens", default=False))
    if update and os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        raise pytest.UsageError("goldens are not updated under CI")

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no golden {name}: run pytest with --update-goldens"
        assert text == path.read_text(encoding="utf-8")

    return compare
