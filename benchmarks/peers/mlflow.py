"""MLflow: a model with its own code ("models from code") and `mlflow models build-docker`.

The model is saved once, and what changes is changed in the saved model: a user would save it again, which takes a few
seconds more. MLflow asks for the base image by the whole version of the Python that saved the model, so the engine has
the base image under that name too.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers import BASE, PACKAGES, Command, requirements
from benchmarks.peers.installed import installed

VERSION = "3.17.2"
BASE_NAME = f"python:{platform.python_version()}-slim"
_IMAGE = "benchmark/mlflow"
_SCORE = """import joblib
import mlflow

NUMBER = {number}


class Wine(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.state = joblib.load(context.artifacts["model"])

    def predict(self, context, model_input: list[list[float]], params=None):
        predicted = self.state["model"].predict(model_input)
        return [self.state["cultivars"][index] for index in predicted]


mlflow.models.set_model(Wine())
"""
_SAVE = """import sys

import mlflow

folder, code, model, *requirements = sys.argv[1:]
mlflow.pyfunc.save_model(folder, python_model=code, artifacts={"model": model}, pip_requirements=requirements)
"""


class MLflow:
    name = "MLflow"
    version = VERSION
    changes: Sequence[str] = (f"`{BASE}` is also called `{BASE_NAME}`, which it asks for",)
    variables: Mapping[str, str]

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._saved = folder / "saved"
        self.programs = installed("mlflow", (f"mlflow=={VERSION}", *PACKAGES))
        self.variables = {"MLFLOW_DISABLE_TELEMETRY": "true"}

    def create(self, model: Path) -> None:
        self._folder.mkdir(parents=True)
        code = self._folder / "score.py"
        code.write_text(_SCORE.format(number=0))
        script = self._folder / "save.py"
        script.write_text(_SAVE)
        command = [str(self.programs / "python"), str(script), str(self._saved), str(code), str(model)]
        done = subprocess.run(
            [*command, f"mlflow=={VERSION}", *PACKAGES],
            env={**os.environ, **self.variables},
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"MLflow does not save the model:\n{done.stderr}")

    def forget(self) -> None:
        """It keeps nothing here."""

    def build(self) -> Sequence[Command]:
        mlflow = str(self.programs / "mlflow")
        options = ("--model-uri", str(self._saved), "--name", _IMAGE, "--env-manager", "local")
        return (Command((mlflow, "models", "build-docker", *options), self._folder),)

    def image(self, said: str) -> str:
        return _IMAGE

    def change_source(self, number: int) -> None:
        (self._saved / "score.py").write_text(_SCORE.format(number=number))

    def add_package(self, number: int) -> None:
        lines = (f"mlflow=={VERSION}", *requirements(number))
        (self._saved / "requirements.txt").write_text("\n".join(lines) + "\n")
