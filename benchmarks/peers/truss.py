"""Truss: `truss image build-context` makes the context, and the docker command builds it.

`truss image build` would do both, by `docker buildx`, which not every docker command has.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers import BASE, Command, requirements
from benchmarks.peers.installed import installed

VERSION = "0.18.36"
_CONFIG = """model_name: wine
python_version: py311
base_image:
  image: {base}
  python_executable_path: /usr/local/bin/python3
requirements:
{requirements}
"""
_MODEL = """import joblib

NUMBER = {number}


class Model:
    def __init__(self, **kwargs):
        self._folder = kwargs["data_dir"]

    def load(self):
        self._state = joblib.load(self._folder / "model.joblib")

    def predict(self, data):
        predicted = self._state["model"].predict(data["wines"])
        return {{"cultivars": [self._state["cultivars"][index] for index in predicted]}}
"""
_IMAGE = "benchmark/truss"
_SCRIPT = re.compile(r"curl -LsSf [^|]*/uv/([0-9.]+)/install\.sh \| sh && \\\n +test -x \S+/uv;")


class Truss:
    name = "Truss"
    version = VERSION
    changes: Sequence[str] = ("uv comes from the package index, not by its installer script",)
    variables: Mapping[str, str] = {}

    def __init__(self, folder: Path, docker: str) -> None:
        self._project = folder / "project"
        self._context = folder / "context"
        self._docker = docker
        self.programs = installed("truss", (f"truss=={VERSION}",))

    def create(self, model: Path) -> None:
        for name in ("model", "data"):
            (self._project / name).mkdir(parents=True)
        (self._project / "model" / "__init__.py").touch()
        (self._project / "data" / "model.joblib").write_bytes(model.read_bytes())
        self.change_source(0)
        self._write(None)

    def forget(self) -> None:
        shutil.rmtree(self._context, ignore_errors=True)

    def build(self) -> Sequence[Command]:
        project, context = str(self._project), str(self._context)
        here = self._project.parent
        return (
            Command((str(self.programs / "truss"), "--non-interactive", "image", "build-context", context, project), here),
            Command((self._docker, "build", "--tag", _IMAGE, context), here, self._without_script),
        )  # fmt: skip

    def image(self, said: str) -> str:
        return _IMAGE

    def change_source(self, number: int) -> None:
        (self._project / "model" / "model.py").write_text(_MODEL.format(number=number))

    def add_package(self, number: int) -> None:
        self._write(number)

    def _write(self, number: int | None) -> None:
        lines = "\n".join(f"  - {one}" for one in requirements(number))
        (self._project / "config.yaml").write_text(_CONFIG.format(base=BASE, requirements=lines))

    def _without_script(self) -> None:
        dockerfile = self._context / "Dockerfile"
        text, found = _SCRIPT.subn(r"pip install --no-cache-dir uv==\1;", dockerfile.read_text())
        if found != 1:
            raise SystemExit(f"Truss {VERSION} does not fetch uv as it did: look at {__file__}")
        dockerfile.write_text(text)
