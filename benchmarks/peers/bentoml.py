"""BentoML: `bentoml build`, then `bentoml containerize`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers import BASE, PACKAGES, PYTHON, Command, requirements
from benchmarks.peers.installed import installed

VERSION = "1.4.40"
_IMAGE = "benchmark/bentoml"
_SERVICE = """import bentoml
import joblib

NUMBER = {number}


@bentoml.service
class Wine:
    def __init__(self) -> None:
        self.state = joblib.load("model.joblib")

    @bentoml.api
    def predict(self, wines: list[list[float]]) -> list[str]:
        predicted = self.state["model"].predict(wines)
        return [self.state["cultivars"][index] for index in predicted]
"""
_BENTOFILE = """service: "service:Wine"
include: ["service.py", "model.joblib"]
python:
  packages:
{packages}
docker:
  base_image: {base}
  python_version: "{python}"
"""


class BentoML:
    name = "BentoML"
    version = VERSION
    changes: Sequence[str] = ()
    variables: Mapping[str, str]

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # It imports the service to build it, so what the model needs is there as well.
        self.programs = installed("bentoml", (f"bentoml=={VERSION}", *PACKAGES))
        self.variables = {"BENTOML_DO_NOT_TRACK": "True"}

    def create(self, model: Path) -> None:
        self._folder.mkdir(parents=True)
        (self._folder / "model.joblib").write_bytes(model.read_bytes())
        self.change_source(0)
        self._write(None)

    def forget(self) -> None:
        """It keeps what it builds below the home folder."""

    def build(self) -> Sequence[Command]:
        bentoml = str(self.programs / "bentoml")
        return (
            Command((bentoml, "build", "--output", "tag"), self._folder),
            Command((bentoml, "containerize", "wine:latest", "--image-tag", _IMAGE), self._folder),
        )

    def image(self, said: str) -> str:
        return _IMAGE

    def change_source(self, number: int) -> None:
        (self._folder / "service.py").write_text(_SERVICE.format(number=number))

    def add_package(self, number: int) -> None:
        self._write(number)

    def _write(self, number: int | None) -> None:
        lines = "\n".join(f"    - {one}" for one in requirements(number))
        text = _BENTOFILE.format(packages=lines, base=BASE, python=PYTHON)
        (self._folder / "bentofile.yaml").write_text(text)
