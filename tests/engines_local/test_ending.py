"""A program is ended by what was written down of it, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from envspec.engines.local import process
from envspec.engines.local.leftovers import end_program, identity
from envspec.engines.local.program import Program
from envspec.engines.local.run import HANDLE, cancel


@pytest.mark.parametrize(
    "text", ["", "x", "1", "12 ", "0 ", "0 0", "1 1", "-1 5", "99999999999999999999 1", "1 1\n2", "\udcff"]
)
def test_what_was_never_written_ends_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / HANDLE).write_text(text, errors="surrogateescape")
    assert cancel(tmp_path) is False


def test_a_run_that_has_not_begun_has_no_program(tmp_path: Path) -> None:
    assert cancel(tmp_path) is False


def test_a_program_is_ended_and_another_with_its_number_is_not() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        known = identity(program.pid)
        if sys.platform == "linux":
            assert end_program(f"{program.pid} 1") is False
            assert end_program(f"{program.pid} ") is False
        assert program.poll() is None
        assert end_program(known) is True
        assert program.wait(30) != 0
        assert end_program(known) is False
    finally:
        program.kill()
        program.communicate()


def test_nobody_writes_to_a_file_that_got_the_number_of_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that waits for a program's end may stand still between knowing it and telling it."""

    class Standing(threading.Event):
        def set(self) -> None:
            super().set()
            time.sleep(2)

    monkeypatch.setattr(threading, "Event", Standing)
    script = "(while :; do echo x; sleep 0.01; done) &"  # what it left is heard after its end
    program = Program("/bin/sh", ("sh", "-c", script), dict(os.environ), (), tmp_path / "metrics")
    assert process.run_program(program, tmp_path, tmp_path / "log", lambda text: None).status == 0
    files = [(tmp_path / str(number)).open("wb") for number in range(4)]
    time.sleep(2.5)
    for file in files:
        file.close()
    assert [Path(file.name).read_bytes() for file in files] == [b""] * 4


def test_what_a_program_says_while_it_ends_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a pipe holds: it would stand still until it is killed."""
    monkeypatch.setattr(process, "_GRACE_SECONDS", 60.0)
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n    print('x' * 1_000_000, flush=True); print('done', flush=True); sys.exit(3)\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)\n"
    )
    program = Program(sys.executable, ("python", "-c", code), dict(os.environ), (), tmp_path / "metrics")
    heard: list[str] = []
    ended = process.run_program(program, tmp_path, tmp_path / "log", heard.append, timeout=3.0)
    assert ended.timed_out
    assert "".join(heard) == (tmp_path / "log").read_text() == "up\n" + "x" * 1_000_000 + "\ndone\n"
