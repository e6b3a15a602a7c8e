"""`kill -9` at random moments of whatever a workspace does. `ENVSPEC_KILLS=500` is how often it was done for real."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.workspace.killing import kill_often

KILLS = int(os.environ.get("ENVSPEC_KILLS", "40"))
SEED = int(os.environ.get("ENVSPEC_KILLS_SEED", "1"))


@pytest.mark.slow
def test_nothing_is_lost_or_half_there(tmp_path: Path) -> None:
    arena = kill_often(tmp_path, KILLS, SEED)
    assert arena.steps > KILLS, "most were killed in the middle of much work"
