"""`envspec lsp` where it cannot work."""

from __future__ import annotations

import subprocess
import sys


def test_without_the_extra_it_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['pygls'] = None; from envspec.cli.outcome import run; sys.exit(run(['lsp']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "E1209" in done.stderr and 'pip install "envspec[lsp]"' in done.stderr
    assert "Traceback" not in done.stderr
