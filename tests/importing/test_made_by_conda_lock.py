"""A lock that conda-lock itself made, against what it renders of it (`made_by_conda_lock/make.py`).

The renderer is an oracle of its own: `env` has names, versions and builds, `explicit` the address of every archive.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.importing.imported import compiled, imported, project

FOLDER = Path(__file__).parent / "made_by_conda_lock"
NAMES = {
    "main-linux-64": "wine",
    "dev-linux-64": "wine-dev",
    "main-linux-aarch64": "wine-linux-aarch64",
    "dev-linux-aarch64": "wine-linux-aarch64-dev",
}


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("wine")
    project(folder, {"conda-lock.yml": (FOLDER / "conda-lock.yml").read_bytes()})
    imported("conda-lock", folder / "conda-lock.yml", name="wine")
    document, errors = compiled(folder)
    assert errors == []
    made: dict[str, Any] = document["environments"]
    assert set(made) == set(NAMES.values())
    return made


def _conda(environment: dict[str, Any]) -> set[tuple[str, ...]]:
    """Name, version and build."""
    specs = [str(one["spec"]).split() for one in environment["conda"]]
    return {(name, version.lstrip("="), build) for name, version, build in specs}


@pytest.mark.parametrize("rendered", NAMES)
def test_as_conda_lock_renders_it(environments: dict[str, Any], rendered: str) -> None:
    made = environments[NAMES[rendered]]
    wanted = yaml.safe_load((FOLDER / f"{rendered}.yml").read_text())
    *conda, of_pip = wanted["dependencies"]
    assert _conda(made) == {tuple(one.split("=")) for one in conda}
    assert {one["text"].replace(" ", "") for one in made["pip"]} == {
        one.partition("--hash")[0].replace(" ", "") for one in of_pip["pip"]
    }
    assert made["channels"] == wanted["channels"]
    platform = "linux/arm64" if "aarch64" in rendered else "linux/amd64"
    assert made.get("docker", {}).get("platforms", ["linux/amd64"]) == [platform]


@pytest.mark.parametrize("rendered", NAMES)
def test_every_archive_that_it_would_install_is_named(environments: dict[str, Any], rendered: str) -> None:
    """Of the explicit file: what is installed, by the names of the archives."""
    lines = (FOLDER / rendered).read_text().splitlines()
    archives = {line.rsplit("/", 1)[1].partition("#")[0] for line in lines if line.startswith("https://")}
    made = _conda(environments[NAMES[rendered]])
    assert {f"{name}-{version}-{build}.tar.bz2" for name, version, build in made} == archives


def test_a_package_of_another_index_is_told(tmp_path: Path) -> None:
    """The lock has the address of its file, and none of an index."""
    project(tmp_path, {"conda-lock.yml": (FOLDER / "conda-lock.yml").read_bytes()})
    made = imported("conda-lock", tmp_path / "conda-lock.yml")
    told = [line.outcome for line in made.report.lines if line.what.startswith("alpha ")]
    assert told == ["carried", "carried"], "the index of this machine"
    text = (FOLDER / "conda-lock.yml").read_text().replace("index.example", "other.example")
    project(tmp_path, {"conda-lock.yml": text})
    made = imported("conda-lock", tmp_path / "conda-lock.yml")
    told = [line.outcome for line in made.report.lines if line.what.startswith("alpha ")]
    assert told == ["changed", "changed"]
