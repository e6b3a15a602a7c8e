"""What a program sees that somebody's shell starts: its arguments and a few variables."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def program(folder: Path) -> Path:
    """A folder with a program `show`, which writes what it sees as JSON."""
    folder.mkdir(exist_ok=True)
    path = folder / "show"
    code = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]))"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder


def seen(
    command: Sequence[str], folder: Path, bin_: Path, variables: dict[str, str] | None = None
) -> tuple[list[str], dict[str, Any], str]:
    """Arguments, variables and working directory of `show`."""
    environment = {"PATH": f"{bin_}:{os.environ['PATH']}", "HOME": "/nonexistent", **(variables or {})}
    done = subprocess.run(
        list(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stderr)
    arguments, found, where = json.loads(done.stdout.splitlines()[-1])
    return arguments, found, where
