"""Folders of resolutions: nobody's is taken away while it is used, and what a killed process left is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WORK = """
import sys
from pathlib import Path
from envspec import held_folder
from envspec.lock import scratch
for _ in range(60):
    held_folder._sweep.cache_clear()
    with scratch.scratch_folder() as folder:
        (folder / "mine").write_text("here")
        assert (folder / "mine").read_text() == "here"
"""
LEAVE = """
import os, signal
from envspec.lock.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "left").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def start(code: str, temporary: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(temporary)})


def test_a_folder_that_is_used_stays(tmp_path: Path) -> None:
    workers = [start(WORK, tmp_path) for _ in range(4)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    start(LEAVE, tmp_path).wait(60)
    assert [entry.name.startswith("envspec-lock-") for entry in tmp_path.iterdir()] == [True]
    assert start(WORK, tmp_path).wait(60) == 0
    assert list(tmp_path.iterdir()) == []
