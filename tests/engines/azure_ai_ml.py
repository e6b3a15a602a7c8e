"""Azure's own Python library for Azure ML, which reads YAML of the CLI v2, in a virtual environment that outlives runs.

It is made once with uv from the package index (about 70 MB). Nothing is asked of a cloud: files are read offline, by one
process for all of them, because the library takes seconds to import.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from envspec.lock.uv_process import uv_program
from tests.engines import EngineMissingError
from tests.engines.paths import cache_dir, lock

VERSION = "1.35.2"

_PROGRAM = """
import json, logging, sys, warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
from azure.ai import ml

found = []
for kind, path in json.load(sys.stdin):
    try:
        made = getattr(ml, f"load_{kind}")(source=path)
        check = getattr(made, "_validate", None) if kind == "job" else None
        errors = check().error_messages if check is not None else {}
        said = "; ".join(f"{key}: {value}" for key, value in errors.items())
        found.append([type(made).__name__, said])
    except Exception as error:
        found.append(["", f"{type(error).__name__}: {error}"])
sys.__stdout__.write("\\n" + json.dumps(found))
"""


class Judged(NamedTuple):
    """What the library makes of a file: the name of a class, or empty with what is wrong with it."""

    kind: str
    wrong: str


def judge(files: Sequence[tuple[str, Path]]) -> list[Judged]:
    """Reads each file with `load_KIND`: `environment`, `job`, `model`, `online_deployment`, `online_endpoint`."""
    done = subprocess.run(
        [str(_python()), "-c", _PROGRAM],
        input=json.dumps([(kind, str(path)) for kind, path in files]),
        env=_alone(os.environ),
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return [Judged(*row) for row in json.loads(done.stdout.rpartition("\n")[2])]


def _alone(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}


def _python() -> Path:
    """The interpreter that has the library. Raises `EngineMissingError` when it cannot be installed."""
    folder = cache_dir() / f"azure-ai-ml-{VERSION}"
    python = folder / "bin" / "python"
    with lock("azure-ai-ml"):
        if python.exists():
            return python
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        for arguments in (
            ["venv", "--quiet", "--relocatable", str(making)],
            ["pip", "install", "--quiet", "--python", str(making), f"azure-ai-ml=={VERSION}"],
        ):
            done = subprocess.run(
                [str(uv_program()), *arguments],
                env=_alone(os.environ),
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            if done.returncode:
                raise EngineMissingError(f"azure-ai-ml cannot be installed: {done.stderr.strip()}")
        making.rename(folder)
    return python
