"""One call of uv: arguments and variables in, what it printed out."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.lock.uv_settings import uv_environment

_ONE_AT_A_TIME = threading.Lock()
"""`sysconfig`, which uv asks, gives half a table to a second thread while it makes it for the first."""


@frozen
class UvResult(Frozen):
    status: int
    output: str
    errors: str


def uv_program() -> str:
    """The uv that came with us as a dependency."""
    import uv

    try:
        with _ONE_AT_A_TIME:
            return str(uv.find_uv_bin())
    except FileNotFoundError as error:
        raise Failure(
            Diagnostic(
                "E0616",
                "the `uv` program is not beside the `uv` package",
                notes=(str(error),),
                help="install envspec again, so that its dependency `uv` brings its program",
            )
        ) from error


def run_uv(arguments: list[str], *, folder: Path, variables: dict[str, str] | None = None) -> UvResult:
    """Run `uv ARGUMENTS` in `folder`. `variables` go on top of the allowed ones; credentials travel there."""
    environment = uv_environment() | (variables or {})
    try:
        done = subprocess.run(
            [uv_program(), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise Failure(
            Diagnostic(
                "E0616", f"`uv` cannot be started: {error.strerror or error}", help="install envspec again"
            )
        ) from error
    return UvResult(done.returncode, done.stdout, done.stderr)
