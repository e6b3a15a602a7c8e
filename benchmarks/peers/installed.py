"""A peer from PyPI in an environment of its own, kept between runs in the tests' cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.engines.paths import cache_dir, lock

from envspec.lock.uv_process import uv_program
from envspec.lock.uv_settings import uv_environment


def installed(name: str, requirements: tuple[str, ...]) -> Path:
    """The `bin` folder of an environment with these requirements, byte-compiled; pip is in it, as users have it."""
    key = hashlib.sha256("\0".join((sys.version, *requirements)).encode()).hexdigest()[:12]
    folder = cache_dir() / "peers" / f"{name}-{key}"
    with lock("peers"):
        if not (folder / "complete").exists():
            print(f"installing {', '.join(requirements)}", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            _uv("venv", "--seed", "--python", sys.executable, str(folder))
            python = str(folder / "bin" / "python")
            _uv("pip", "install", "--compile-bytecode", "--python", python, *requirements)
            (folder / "complete").touch()
    return folder / "bin"


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [uv_program(), *arguments, "--quiet"],
        env=uv_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"a peer cannot be installed:\n{done.stderr}")
