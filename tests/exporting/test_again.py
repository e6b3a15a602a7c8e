"""What other kinds wrote is imported again: the packages of the environment are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
