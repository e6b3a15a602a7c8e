"""The result is that of the work, its error too; work nobody asks for holds nothing up."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from envspec.engines.ahead import Ahead


def test_it_begins_at_once() -> None:
    begun, go = threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        assert go.wait(60)
        return 3

    ahead = Ahead(work)
    assert begun.wait(60)
    go.set()
    assert ahead.result() == ahead.result() == 3


def test_what_it_raises_is_raised_where_it_is_wanted() -> None:
    def work() -> int:
        raise KeyError("here")

    ahead = Ahead(work)
    with pytest.raises(KeyError, match="here"):
        ahead.result()


def test_a_process_does_not_wait_for_it() -> None:
    program = "import time; from envspec.engines.ahead import Ahead; Ahead(lambda: time.sleep(3600))"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
