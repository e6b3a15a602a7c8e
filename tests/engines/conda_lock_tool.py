"""The real conda-lock, in an environment of its own: its dependencies are not ours. Kept in the cache."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.engines import EngineMissingError
from tests.engines.paths import cache_dir, lock

REQUIREMENT = "conda-lock==4.0.3"


def conda_lock_python() -> Path:
    """The interpreter that has it, made first when it is not there; raises EngineMissingError when it cannot be had."""
    name = f"{REQUIREMENT.replace('==', '-')}-py{sys.version_info.major}{sys.version_info.minor}"
    folder = cache_dir() / name
    with lock("conda-lock"):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="unfinished-") as scratch:
                made = Path(scratch) / "venv"
                _call(sys.executable, "-m", "venv", str(made))
                _call(str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", REQUIREMENT)
                made.rename(folder)
    return folder / "bin" / "python"


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineMissingError(f"conda-lock cannot be had: {done.stderr.strip()[-500:]}")
