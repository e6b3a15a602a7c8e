"""The machine of these tests has its default index of Python packages where their locks say it is."""

from __future__ import annotations

import pytest

from tests.importing.imported import DEFAULT_INDEX


@pytest.fixture(autouse=True)
def _own_default_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", DEFAULT_INDEX)
