"""A real Neovim, headless, as a person sets it up who follows `docs/editors.md`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.neovim import Neovim


@pytest.fixture
def neovim(tmp_path: Path) -> Iterator[Neovim]:
    """A Neovim of its own, whose project folder is `tmp_path / "project"`."""
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    home = tmp_path / "home"
    home.mkdir()
    search = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    kept = {name: os.environ[name] for name in ("LANG", "ENVSPEC_CACHE_DIR") if name in os.environ}
    with Neovim.started(project, {**kept, "HOME": str(home), "PATH": search, "TERM": "dumb"}) as editor:
        yield editor
