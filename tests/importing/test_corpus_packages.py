"""Real conda and requirements files: what went in comes out, as a reader that is not ours sees it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.importing.imported import CORPUS, environment_of, imported

CONDA, PIP = sorted((CORPUS / "conda").iterdir()), sorted((CORPUS / "pip").iterdir())
NO_REQUIREMENT = re.compile(r"-r |--|https?://")
"""Lines of a `pip:` list that name no package in the form of PEP 508."""


def pip_name(line: str) -> str:
    return canonicalize_name(Requirement(line.split(" #")[0].strip().strip("',")).name)


def expected_conda(document: dict[str, Any]) -> tuple[set[str], set[str], list[str]]:
    """Names of conda packages, names of pip packages, channels: with PyYAML and packaging alone."""
    conda: set[str] = set()
    pip: set[str] = set()
    for one in document.get("dependencies") or []:
        if isinstance(one, dict):
            lines = [line for line in one["pip"] if not NO_REQUIREMENT.match(line)]
            pip |= {pip_name(line) for line in lines if not line.startswith("-e")}
        elif not NO_REQUIREMENT.match(one):
            conda.add(re.split(r"[ =<>!~\[]", one.split("::")[-1].strip())[0].lower())
    return conda, pip, document.get("channels") or []


@pytest.mark.parametrize("file", CONDA, ids=lambda file: file.name)
def test_a_conda_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(file, tmp_path / "environment.yml")
    made = imported("conda", tmp_path / "environment.yml")
    environment = environment_of(tmp_path)
    document = yaml.safe_load(file.read_text())
    if "build_dependencies" in document:  # of MLflow
        listed = [*document["build_dependencies"], *document["dependencies"]]
        document = {"dependencies": [{"pip": listed}]}
    conda, pip, channels = expected_conda(document)
    assert {package["name"] for package in environment.get("conda", [])} == conda
    names = {package["name"] for package in environment.get("pip", []) if package["kind"] == "requirement"}
    by_address = {"en-core-web-sm"} if "en_core_web_sm" in file.read_text() else set()
    assert names == pip | by_address
    assert environment.get("channels", []) == channels
    told = {line.line for line in made.report.lines}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if line.strip().startswith("- ") and not line.strip().startswith("- pip:"):
            assert number in told, f"nothing is said of line {number}: {line}"


@pytest.mark.parametrize("file", PIP, ids=lambda file: file.name)
def test_a_requirements_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(file, tmp_path / "requirements.txt")
    imported("pip", tmp_path / "requirements.txt")
    environment = environment_of(tmp_path)
    lines = [line for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert {package["name"] for package in environment["pip"]} == {pip_name(line) for line in lines}
    for line in file.read_text().splitlines():
        if line.startswith("#"):
            assert line in (tmp_path / "made.envspec").read_text()
