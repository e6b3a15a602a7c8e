"""The wheel of this checkout in an environment of its own, byte-compiled, as users have it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from envspec.kept.folder import VARIABLE as CACHE
from envspec.lock.uv_process import uv_program
from envspec.lock.uv_settings import uv_environment

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Installed:
    """`variables` are those of the shell that the commands are measured in."""

    python: str
    envspec: str
    variables: dict[str, str]


def install(folder: Path) -> Installed:
    """Builds the wheel and installs it, with what it depends on, below `folder`."""
    uv, quiet = uv_program(), "--quiet"
    settings = uv_environment()
    _call(uv, "build", quiet, "--wheel", "--out-dir", str(folder / "dist"), str(ROOT), variables=settings)
    (wheel,) = (folder / "dist").glob("*.whl")
    _call(uv, "venv", quiet, "--python", sys.executable, str(folder / "env"), variables=settings)
    python = folder / "env" / "bin" / "python"
    _call(
        uv, "pip", "install", quiet, "--compile-bytecode", "--python", str(python), f"{wheel}[lsp]", variables=settings
    )  # fmt: skip
    # PYTHONDONTWRITEBYTECODE would measure the compiler of Python.
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    variables = {
        **kept,
        "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
        CACHE: str(folder / "cache"),
    }
    return Installed(str(python), str(python.parent / "envspec"), variables)


def _call(*command: str, variables: dict[str, str]) -> None:
    subprocess.run(command, env=variables, check=True, timeout=600)
