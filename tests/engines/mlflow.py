"""The real MLflow: an environment that has it, which outlives runs, and its tracking server on loopback with logins.

It is made once with uv from the package index (about 600 MB). The server keeps all in one folder, and its HTTP API is
asked without a client of MLflow.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envspec.lock.uv_process import uv_program
from tests.engines import EngineMissingError
from tests.engines.free_port import free_port
from tests.engines.paths import cache_dir, lock

VERSION = "3.17.2"
USER, PASSWORD = "admin", "correct-horse-battery-12"
_START_SECONDS = 300.0
"""It makes its tables when it first starts, and imports for seconds."""


@dataclass(frozen=True, slots=True)
class Mlflow:
    """`python` is an interpreter that has MLflow; `url` where its server listens."""

    python: Path
    url: str

    def ask(self, path: str, **body: Any) -> Any:
        """What the REST API answers: to a GET when nothing is given, else to a POST."""
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"{self.url}/api/2.0/mlflow/{path}",
            json.dumps(body).encode() if body else None,
            {"Content-Type": "application/json", "Authorization": f"Basic {login}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def runs(self, experiment: str) -> list[dict[str, Any]]:
        """`id`, `name`, `status`, and `metrics`, `params` and `tags` by name, of the runs of an experiment."""
        known = self.ask("experiments/search", max_results=100)["experiments"]
        (number,) = (one["experiment_id"] for one in known if one["name"] == experiment)
        found = self.ask("runs/search", experiment_ids=[number])["runs"]
        return [
            {
                "id": one["info"]["run_id"],
                "name": one["info"]["run_name"],
                "status": one["info"]["status"],
                **{
                    kind: {pair["key"]: pair["value"] for pair in one["data"].get(kind, [])}
                    for kind in ("metrics", "params", "tags")
                },
            }
            for one in found
        ]


@contextmanager
def serve_mlflow(folder: Path) -> Iterator[Mlflow]:
    """A server that keeps its data in `folder`. Raises `EngineMissingError` when it cannot be had."""
    python = mlflow_python()
    url = f"http://127.0.0.1:{free_port()}"
    variables = _alone() | {
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "tests",
        "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [
        str(python), "-m", "mlflow", "server", "--app-name", "basic-auth", "--host", "127.0.0.1",
        "--port", url.rpartition(":")[2], "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/runs.db",
        "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, process_group=0,
        )  # fmt: skip
    try:
        if not _answers(process, url):
            raise EngineMissingError(f"MLflow does not start: {log.read_text(errors='replace')[-500:]}")
        yield Mlflow(python, url)
    finally:
        os.killpg(process.pid, 15)  # its workers are processes of their own
        process.wait()


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=10):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def mlflow_python() -> Path:
    """The interpreter that has MLflow. Raises `EngineMissingError` when it cannot be installed."""
    folder = cache_dir() / f"mlflow-{VERSION}"
    python = folder / "bin" / "python"
    with lock("mlflow"):
        if python.exists():
            return python
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        for arguments in (
            ["venv", "--quiet", "--relocatable", str(making)],
            ["pip", "install", "--quiet", "--compile-bytecode", "--python", str(making), f"mlflow[auth]=={VERSION}"],
        ):  # fmt: skip
            done = subprocess.run(
                [str(uv_program()), *arguments],
                env=_alone(), capture_output=True, text=True, timeout=900, check=False,
            )  # fmt: skip
            if done.returncode:
                raise EngineMissingError(f"MLflow cannot be installed: {done.stderr.strip()[-500:]}")
        making.rename(folder)
    return python


def _alone() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "MLFLOW"))}
