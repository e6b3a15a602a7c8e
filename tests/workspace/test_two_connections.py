"""Two connections in one process, as a run has that builds its environment, and another process that comes and goes."""

from __future__ import annotations

from pathlib import Path

from envspec.workspace.database import Workspace
from tests.workspace.conftest import Start


def test_what_is_written_after_another_process_has_closed_is_there(start: Start, root: Path) -> None:
    """Were the database opened by anything but SQLite, closing it would let go of the first connection's locks, and the
    other process would take the journal away under it."""
    with Workspace.open(root) as first:
        first.register_environment("e", "sha256:" + "1" * 64, "{}", "{}")
        for way in (Workspace.open, Workspace.read, Workspace.look):
            second = way(root)
            assert second is not None
            second.environments()
            second.close()
        other = start("with Workspace.open(root) as w: w.register_environment('e', 'sha256:2', '{}', '{}')")
        _, errors = other.communicate()
        assert other.returncode == 0, errors
        first.register_environment("e", "sha256:" + "3" * 64, "{}", "{}")
    other = start("print([e.number for e in Workspace.open(root).environments()])")
    assert other.communicate()[0] == "[3, 2, 1]\n"
