"""A registry in this process, and nobody who is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.small_registry import SmallRegistry, serve_small_registry


@pytest.fixture(autouse=True)
def docker_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where docker's `config.json` would be."""
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder


@pytest.fixture
def small() -> Iterator[SmallRegistry]:
    with serve_small_registry() as registry:
        yield registry
