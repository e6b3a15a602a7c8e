"""A project folder for each test, and what was heard from the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines_local.requests import Heard


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def own_package_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some tests put wrong packages into rattler's cache, which others use at the same time."""
    monkeypatch.setenv("RATTLER_CACHE_DIR", str(tmp_path_factory.mktemp("rattler")))


@pytest.fixture
def heard() -> Heard:
    return Heard()
