"""Which Python an environment is made from, or is.

Managed and pip-only: an installed interpreter of the locked minor version, found by uv; none is ever
downloaded. User-managed: the interpreter that the spec names, checked and used as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.local.build_log import BuildLog, StepFailed
from envspec.engines.local.variables import PROGRAM, chosen
from envspec.ir.types import Environment
from envspec.lock.interpreter import installed_that_fit
from envspec.lock.uv_process import uv_program

_PROBE = "import sys; print('python %d.%d.%d' % sys.version_info[:3])"
_PROBE_SECONDS = 60


def find_interpreter(environment: Environment, version: str, log: BuildLog, folder: Path) -> str:
    """An installed Python `version` (`3.11`). Raises `Failure` E0803, which lists what there is."""
    uv = uv_program()
    try:
        # --system: a virtual environment that happens to be active is not where environments come from.
        return (
            log.step([uv, "python", "find", "--no-project", "--system", version], folder)
            .strip()
            .splitlines()[-1]
        )
    except StepFailed as failed:
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        base = str(getattr(sys, "_base_executable", "") or "")
        if version == own and base:  # envspec may run on an interpreter that is not on PATH
            log.write(f"using the interpreter of envspec itself: {base}")
            return base
        help_ = f'install Python {version}, or let conda bring it: `conda = ["python ={version}"]`'
        if fitting := installed_that_fit(environment.python):
            help_ = f"lock for Python {fitting[-1]}, which is here and allowed: `envspec lock --upgrade '*'`; or {help_}"
        raise Failure(
            Diagnostic(
                "E0803",
                f"no Python {version} is installed on this machine",
                pointer=f"/environments/{environment.id}/{'python' if environment.python else ''}".rstrip(
                    "/"
                ),
                notes=(_found(uv, log, folder),),
                help=help_,
            )
        ) from failed


def _found(uv: str, log: BuildLog, folder: Path) -> str:
    try:
        text = log.step([uv, "python", "list", "--only-installed", "--output-format", "json"], folder)
        # Warnings about broken interpreters come before the list on the same stream.
        rows = json.loads(text[text.rindex("\n[{") + 1 if "\n[{" in text else text.index("[") :])
        versions = sorted({tuple(row["version_parts"].values()): row["version"] for row in rows}.items())
    except (StepFailed, ValueError, KeyError, AttributeError):
        return f"installed here: {sys.version_info.major}.{sys.version_info.minor}"
    return "installed here: " + ", ".join(version for _, version in versions)


def user_interpreter(environment: Environment, root: Path) -> str:
    """The absolute path of a user-managed environment's interpreter, symlinks kept (a virtual environment
    is found through its own name). Raises `Failure` E0804 or E0805."""
    pointer = f"/environments/{environment.id}/interpreter"
    written = environment.interpreter
    if not written:
        raise Failure(
            Diagnostic(
                "E0804",
                f"environment `{environment.title}` is user-managed and names no interpreter",
                pointer=f"/environments/{environment.id}",
                help='add `interpreter = "/path/to/python"`, or take `managed = false` away',
            )
        )
    if "/" in written:
        path = os.path.normpath(root / Path(written).expanduser())
        reason = "there is no such file" if not Path(path).is_file() else "it may not be executed"
        usable = Path(path).is_file() and os.access(path, os.X_OK)
    else:
        path, reason = shutil.which(written) or "", "it is not on `PATH`"
        usable = bool(path)
    if usable:
        reason = _not_python(path)
    if reason:
        raise Failure(
            Diagnostic(
                "E0805",
                f"the interpreter `{written}` cannot be used: {reason}",
                pointer=pointer,
                help="name a Python interpreter: an absolute path, a path relative to the project root, "
                "or a name on `PATH`",
            )
        )
    return str(Path(path).absolute())


def _not_python(path: str) -> str:
    """Why the program is not a Python, or nothing."""
    try:
        done = subprocess.run(
            [path, "-I", "-c", _PROBE],
            env=chosen(PROGRAM),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it does not answer"
    except OSError as error:
        return (error.strerror or "it cannot be started").lower()
    return "" if done.stdout.startswith(b"python 3.") else "it is not a Python 3 interpreter"
