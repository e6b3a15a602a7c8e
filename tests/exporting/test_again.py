"""What other kinds wrote is imported again: the packages of the environment are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envspec.actions.exporting import export
from envspec.actions.loading import load
from envspec.actions.options import Options
from tests.exporting.exported import exported, project, written
from tests.importing.imported import imported

SPEC = """
index corp { url = "https://pypi.corp.example/simple" }
environment conda-and-pip {
    python  = "3.11"
    conda   = ["numpy >=1,<2"]
    pip     = ["six>=1 ; python_version < '3.13'", "./lib"]
    indexes = [corp]
    apt     = ["git"]
}
environment pip-only { python = "3.11", pip = ["six>=1", "idna"], apt = ["git"], variables = { A = "x y" } }
run r { environment = pip-only, source = "src", command = ["python", "x.py", "--a", "b c"] }
"""
FILES = {"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n', "src/x.py": ""}
PLACES = {
    "pyproject": "pyproject.toml",
    "devcontainer": "devcontainer.json",
    "mlproject": "",
    "binder": "binder",
}


def packages(document: dict[str, Any]) -> list[tuple[set[str], set[str]]]:
    """conda and pip packages of every environment; a path by its last part, because the spec is elsewhere."""
    return [
        (
            {package["spec"] for package in one.get("conda", [])} - {"pip", "python 3.11.*"},
            {package["text"].rpartition("/")[2] for package in one.get("pip", [])},
        )
        for one in document["environments"].values()
    ]


@pytest.mark.parametrize("name", ["conda-and-pip", "pip-only"])
@pytest.mark.parametrize("kind", list(PLACES))
def test_the_packages_come_back(tmp_path: Path, kind: str, name: str) -> None:
    if kind == "pyproject" and name == "conda-and-pip":
        pytest.skip("a dependency group holds no conda packages")
    folder = project(tmp_path, SPEC, **FILES)
    place = folder / PLACES[kind]
    made = exported(folder, kind, name, output=place)
    if made.files:
        written(made, place)
    else:
        place.write_text(made.text)
    imported(kind, place)
    spec = (place if place.is_dir() else place.parent) / "made.envspec"
    document = load(Options(path=spec), keep=False).document
    wanted = (
        ({"numpy >=1,<2"}, {'six>=1 ; python_version < "3.13"', "lib"})
        if name == "conda-and-pip"
        else (set(), {"six>=1", "idna"})
    )
    assert wanted in packages(document)


@pytest.mark.parametrize("name", ["conda-and-pip", "pip-only"])
@pytest.mark.parametrize("kind", [*PLACES, "conda", "pip"])
def test_importing_what_an_import_exports_changes_nothing(tmp_path: Path, kind: str, name: str) -> None:
    """Import, export, import: the second spec is the first, but for comments, which say what made a file."""
    if kind == "pyproject" and name == "conda-and-pip":
        pytest.skip("a dependency group holds no conda packages")
    (tmp_path / "a").mkdir()
    folder = project(tmp_path / "a", SPEC, **FILES)
    place = {**PLACES, "conda": "environment.yml", "pip": "requirements.txt"}[kind]
    specs: list[str] = []
    made = exported(folder, kind, name, output=folder / place)
    for round_ in ("b", "c"):
        (tmp_path / round_ / "app").mkdir(parents=True)
        beside = project(tmp_path / round_ / "app", SPEC, **FILES)
        (beside / "a.envspec").unlink()
        target = beside / place
        if made.files:
            target.mkdir(exist_ok=True)
            written(made, target)
        else:
            target.write_text(made.text)
        imported(kind, target)
        spec = (target if target.is_dir() else target.parent) / "made.envspec"
        specs.append(spec.read_text())
        loaded = load(Options(path=spec), keep=False)
        environments = [
            one.id for one in loaded.project.environments.values() if not one.id.startswith("run.")
        ]
        made = export(
            loaded, kind, environments[-1] if kind != "mlproject" else environments[0], output=target
        )
    first, second = (
        [line for line in spec.splitlines() if not line.lstrip().startswith("#")] for spec in specs
    )
    assert first == second
