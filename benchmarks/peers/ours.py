"""The same project as an `.envspec` file, built by the envspec of this checkout."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers import PYTHON, Command, requirements

_SPEC = """edition = 1

environment sklearn {{
    python = "{python}"
    pip    = [{packages}]
}}

model wine {{ from = "model.joblib" }}

deployment scorer {{
    environment = sklearn
    source      = "src"
    entry       = "score.py"
    models      = [wine]
    port        = 8080
}}
"""
_SCORE = """import os

import joblib

NUMBER = {number}
_state = {{}}


def init():
    _state.update(joblib.load(os.environ["ENVSPEC_MODEL_WINE"]))


def run(data):
    predicted = _state["model"].predict(data["wines"])
    return {{"cultivars": [_state["cultivars"][index] for index in predicted]}}
"""


class Envspec:
    """`program` is the whole path of the `envspec` command. The first build writes the lock, which a repository has."""

    name = "envspec"
    version = "this checkout"
    changes: Sequence[str] = ()
    variables: Mapping[str, str] = {}

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._program = program
        self.programs = Path(program).parent

    def create(self, model: Path) -> None:
        (self._folder / "src").mkdir(parents=True)
        (self._folder / ".git").mkdir()
        (self._folder / "model.joblib").write_bytes(model.read_bytes())
        self.change_source(0)
        self._write(None)

    def forget(self) -> None:
        shutil.rmtree(self._folder / ".envspec", ignore_errors=True)

    def forget_lock(self) -> None:
        (self._folder / "envspec.lock").unlink(missing_ok=True)

    def build(self) -> Sequence[Command]:
        return (Command((self._program, "build", "scorer", "--target", "docker"), self._folder),)

    def image(self, said: str) -> str:
        return said.split()[-1]

    def change_source(self, number: int) -> None:
        (self._folder / "src" / "score.py").write_text(_SCORE.format(number=number))

    def add_package(self, number: int) -> None:
        self._write(number)

    def _write(self, number: int | None) -> None:
        packages = ", ".join(f'"{one.replace("==", " ==")}"' for one in requirements(number))
        (self._folder / "wine.envspec").write_text(_SPEC.format(python=PYTHON, packages=packages))
