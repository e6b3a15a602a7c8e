"""Leases count the living only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engines import leases


def test_the_last_one_out_is_known(tmp_path: Path) -> None:
    leases.add(tmp_path, os.getpid())
    leases.add(tmp_path, None)
    leases.remove(tmp_path, os.getpid())
    assert leases.current(tmp_path) == ["by-hand"]
    leases.remove(tmp_path, None)
    assert leases.current(tmp_path) == []


def test_a_process_that_ended_holds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    leases.add(tmp_path, process.pid)
    assert leases.current(tmp_path) == [str(process.pid)]
    process.communicate()
    assert leases.current(tmp_path) == []


def test_a_reused_process_id_holds_nothing(tmp_path: Path) -> None:
    leases.add(tmp_path, os.getpid())
    (tmp_path / str(os.getpid())).write_text("1")
    assert leases.current(tmp_path) == []
