"""What the benchmark of builds compares: a tool each, with the same model, code and packages, and its own way to an
image.

A `Subject` has a project in a folder and gives the commands that make an image of it as it is. The commands are the
tool's own, in the order a user calls them. Where one cannot work without a registry or an address beyond the package
indexes, the smallest change is made and told in `changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

BASE = "python:3.11-slim"
PYTHON = "3.11"
PACKAGES = ("scikit-learn==1.6.1", "numpy==2.2.6", "scipy==1.15.3", "joblib==1.4.2")
"""What the model needs, in every project; one version of each, so that all install the same."""

ADDED = ("toml==0.10.2", "tabulate==0.9.0", "xmltodict==0.14.2", "colorama==0.4.6", "polib==1.2.0")
"""Small ones that no project has; one for each time that a package is added to those above."""


@dataclass(frozen=True, slots=True)
class Command:
    """`change` is called before it runs, for what `changes` tell."""

    arguments: Sequence[str]
    cwd: Path
    change: Callable[[], None] | None = None


class Subject(Protocol):
    """`name` and `version` are the tool's; `changes` say what was changed so that it works here; `programs` is the
    folder of its commands and `variables` are set for them, besides `HOME` and the engine's own."""

    name: str
    version: str
    changes: Sequence[str]
    programs: Path
    variables: Mapping[str, str]

    def create(self, model: Path) -> None:
        """Writes the project; `model` is the file of the trained model."""

    def forget(self) -> None:
        """Deletes what the tool keeps in the project besides the project itself."""

    def build(self) -> Sequence[Command]:
        """From the project as it is to an image."""

    def image(self, said: str) -> str:
        """The tag of the image, given what the last command wrote to its standard output."""

    def change_source(self, number: int) -> None:
        """Changes one line of the code that answers requests; for each number another one."""

    def add_package(self, number: int) -> None:
        """Needs `ADDED[number]` besides the packages of the model, and none that was added before."""


def requirements(number: int | None) -> tuple[str, ...]:
    """Those of the model, and the one that is added last."""
    return PACKAGES if number is None else (*PACKAGES, ADDED[number % len(ADDED)])
