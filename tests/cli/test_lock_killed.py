"""`kill -9` of `lock`: the file is the old one or the new one, the next run works, nothing stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.killing_lock import Arena, kill_often


@pytest.mark.slow
def test_a_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    assert kill_often(tmp_path, 100, seed=20) > 40, "many were killed before their end"


def test_what_killed_processes_left_in_the_temporary_folder_goes(tmp_path: Path) -> None:
    """And only that: a folder that somebody works in stays, as does what only has such a name."""
    import fcntl
    import os

    arena = Arena(tmp_path)
    for name in ("envspec-lock-dead", "envspec-lock-alive"):
        (arena.temporary / name).mkdir()
        (arena.temporary / name / "requirements.in").write_text("six\n")
    (arena.temporary / "envspec-lock-link").symlink_to(tmp_path / "index")
    held = os.open(arena.temporary / "envspec-lock-alive", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        arena.write(0)
        with pytest.raises(AssertionError, match="left"):
            arena.whole()
    finally:
        os.close(held)
    assert sorted(path.name for path in arena.temporary.iterdir()) == [
        "envspec-lock-alive",
        "envspec-lock-link",
    ]
    assert (tmp_path / "index" / "alpha").is_dir()
