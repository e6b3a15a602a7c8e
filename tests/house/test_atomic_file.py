"""A file is written whole or not at all, and what a killed writer left goes with the next write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envspec.atomic_file import write_atomically

KILLED = """
import os, pathlib, signal, sys
from envspec import atomic_file
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
atomic_file.write_atomically(pathlib.Path(sys.argv[1]), b"new")
"""


def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_atomically(file, b"old")
    subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert file.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    other = tmp_path / f".a.txt.{os.getpid()}.x.part"
    other.touch()
    write_atomically(file, b"newer")
    assert file.read_bytes() == b"newer"
    assert sorted(tmp_path.iterdir()) == [other, file], "that of a living process stays"


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder" / "a").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "folder", b"")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
