"""`exec` and `shell`: a signal that arrives while the program is being started reaches it. `run`: one that arrives with
another hurries as one does that comes later."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

_EXEC = """
import os, signal, subprocess, sys
from envspec.engines.local import interactive

Popen = subprocess.Popen

class Slow(Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        for name in sys.argv[1].split(","):  # it runs, and nobody but `Popen` knows of it
            os.kill(os.getpid(), getattr(signal, name))

interactive.subprocess.Popen = Slow
sys.exit(interactive._at_terminal("/bin/sleep", ["sleep", "60"], {"PATH": os.environ["PATH"]}))
"""


@pytest.mark.parametrize(("names", "status"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT,SIGTERM", 143)])
def test_one_that_comes_before_the_program_is_known(tmp_path: Path, names: str, status: int) -> None:
    done = subprocess.run([sys.executable, "-c", _EXEC, names], cwd=tmp_path, timeout=30, check=False)
    assert done.returncode == status


def test_the_program_begins_with_no_signal_blocked(tmp_path: Path) -> None:
    """As it would if they were kept back by a mask meanwhile."""
    text = (
        "import sys\nfrom envspec.engines.local.interactive import _at_terminal\n"
        "code = 'import signal, sys; sys.exit(len(signal.pthread_sigmask(signal.SIG_BLOCK, [])))'\n"
        "sys.exit(_at_terminal(sys.executable, [sys.executable, '-c', code], {}))\n"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, timeout=30, check=False)
    assert done.returncode == len(signal.pthread_sigmask(signal.SIG_BLOCK, []))


_RUN = """
import os, signal, sys
from pathlib import Path
from envspec.engines.interrupting import Interrupted
from envspec.engines.local import process
from envspec.engines.local.program import Program

def show(text):
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    for one in signals:
        signal.raise_signal(one)  # to this thread, where it waits with the others
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

signals = [getattr(signal, name) for name in sys.argv[1].split(",")]
process._GRACE_SECONDS = 3600.0
code = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; print(1, flush=True); time.sleep(600)"
program = Program(sys.executable, (sys.executable, "-c", code), dict(os.environ), (), Path("metrics"))
try:
    process.run_program(program, Path(), Path("log"), show)
except Interrupted as interrupted:
    sys.exit(interrupted.number)
"""


@pytest.mark.parametrize("names", ["SIGHUP,SIGINT", "SIGINT,SIGTERM", "SIGHUP,SIGINT,SIGTERM"])
def test_several_at_once_do_not_wait_for_the_program(tmp_path: Path, names: str) -> None:
    """The program has an hour and ends at none of them; the second comes before anything can be hurried."""
    done = subprocess.run([sys.executable, "-c", _RUN, names], cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == getattr(signal, names.partition(",")[0])
