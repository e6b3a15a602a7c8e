"""The ORAS project's own Python client, a reader of OCI artifacts that knows nothing of envspec, in an environment that
outlives runs (made with uv from the package index, 30 MB)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from envspec.lock.uv_process import uv_program
from tests.engines import EngineMissingError
from tests.engines.paths import cache_dir, lock

VERSION = "0.2.43"

_PROGRAM = """
import json, sys
from oras.client import OrasClient

target, folder, plain, user, password = sys.argv[1:]
client = OrasClient(insecure=plain == "plain", tls_verify=True, auth_backend="basic" if user else "token")
if user:
    client.auth.set_basic_auth(user, password)
manifest = client.get_manifest(target)
print(json.dumps([manifest, client.pull(target=target, outdir=folder)]))
"""


def oras_pull(
    target: str, folder: Path, *, plain: bool, login: tuple[str, str] = ("", ""), **variables: str
) -> tuple[dict[str, Any], list[Path]]:
    """The manifest of `HOST/PATH:TAG` or `…@DIGEST` and the files that were written into `folder`; over HTTP when
    `plain`. Raises `EngineMissingError` when the client cannot be installed."""
    done = subprocess.run(
        [str(_python()), "-c", _PROGRAM, target, str(folder), "plain" if plain else "tls", *login],
        env=_alone() | variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    manifest, files = json.loads(done.stdout)
    return manifest, [Path(file) for file in files]


def _python() -> Path:
    folder = cache_dir() / f"oras-{VERSION}"
    python = folder / "bin" / "python"
    with lock("oras"):
        if python.exists():
            return python
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        for arguments in (
            ["venv", "--quiet", "--relocatable", str(making)],
            ["pip", "install", "--quiet", "--python", str(making), f"oras=={VERSION}"],
        ):
            done = subprocess.run(
                [str(uv_program()), *arguments],
                env=_alone(), capture_output=True, text=True, timeout=600, check=False,
            )  # fmt: skip
            if done.returncode:
                raise EngineMissingError(f"oras cannot be installed: {done.stderr.strip()[-500:]}")
        making.rename(folder)
    return python


def _alone() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
