"""`exec` and `shell`: a signal that arrives while the program is being started reaches it."""

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
