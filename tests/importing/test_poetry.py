"""`poetry.lock`: what is installed is what Poetry exports of its lock."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from envspec.diagnostics import Failure
from tests.importing.imported import CORPUS, compiled, imported, losses, project
from tests.importing.test_locks import MACHINES, check_any, on, requirements
from tests.importing.wrong_types import as_toml, documents, mutations, scalars, well_formed

HERE = CORPUS / "poetry"


def corpus(folder: Path, lock: str | None = None) -> None:
    (folder / ".git").mkdir()
    for name in ("pyproject.toml", "poetry.lock"):
        shutil.copy(HERE / name, folder)
    if lock is not None:
        (folder / "poetry.lock").write_text(lock)


def exported(name: str) -> list[str]:
    lines = (HERE / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def older(text: str) -> str:
    """The lock as Poetry 1 wrote it: without groups and markers."""
    text = re.sub(r"^(groups|markers) = .*\n", "", text, flags=re.MULTILINE)
    return text.replace('lock-version = "2.1"', 'lock-version = "2.0"')


@pytest.mark.parametrize("version", ["2.1", "2.0"])
def test_a_lock_is_what_poetry_exports(version: str, tmp_path: Path) -> None:
    text = (HERE / "poetry.lock").read_text()
    corpus(tmp_path, text if version == "2.1" else older(text))
    made = imported("poetry", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert sorted(document["environments"]) == ["scoring", "scoring-dev", "scoring-pg"]
    assert document["environments"]["scoring"]["python"] == ">=3.10,<4.0"
    every = list(
        dict.fromkeys([*requirements(document, "scoring-dev"), *requirements(document, "scoring-pg")])
    )
    main, everything = exported("exported-main.txt"), exported("exported-all.txt")
    # Why there are two versions of these, only a newer lock says.
    unknown = re.compile(
        r"(scikit-learn|dnspython|pydantic-settings|websockets|python-multipart|scipy|narwhals)\b"
    )

    def known(found: dict[str, str]) -> dict[str, str]:
        return {name: one for name, one in found.items() if version == "2.1" or not unknown.match(name)}

    for machine in MACHINES:
        for python in ("3.10.4", "3.11.9", "3.12.1", "3.13.0"):
            ours = on(machine, python, requirements(document, "scoring"))
            assert known(ours) == known(on(machine, python, main))
            assert known(on(machine, python, every)) == known(on(machine, python, everything))
    lost = {line.what: line.reason for line in made.report.lines if line.outcome == "dropped"}
    assert lost["colorama 0.4.6"].startswith("it is needed on other platforms")
    assert f"{text.count('sha256:')} hashes" in lost
    well_formed(made.report.lines, text.count("\n") + 1)


def test_what_was_asked_for_stands_first(tmp_path: Path) -> None:
    corpus(tmp_path)
    main = imported("poetry", tmp_path).text.split("# asked for directly")[1].split("# what these need")[0]
    assert {line.strip(' ",').split("==")[0] for line in main.splitlines() if line.strip()} == {
        "fastapi", "numpy", "scikit-learn",
    }  # fmt: skip


LOCK = """\
[[package]]
name = "Requests"
version = "2.31.0"
description = "HTTP"
category = "main"
optional = false
python-versions = ">=3.7"

[package.dependencies]
certifi = ">=2017"
PySocks = {version = ">=1.5.6", optional = true, markers = "extra == \\"socks\\""}
win = {version = "*", markers = "sys_platform == \\"win32\\""}

[package.extras]
socks = ["PySocks (>=1.5.6)"]

[[package]]
name = "certifi"
version = "2024.2.2"
category = "main"
optional = false

[[package]]
name = "pysocks"
version = "1.7.1"
category = "main"
optional = true

[[package]]
name = "win"
version = "1.0"
category = "main"
optional = false

[[package]]
name = "tool"
version = "0.1.0"
category = "dev"
optional = false
develop = false
[package.source]
type = "git"
url = "https://github.com/x/tool.git"
reference = "main"
resolved_reference = "0123"
subdirectory = "py"

[[package]]
name = "local"
version = "0.1.0"
category = "main"
optional = false
develop = true
[package.source]
type = "directory"
url = "local"

[[package]]
name = "private"
version = "3.0"
category = "main"
optional = false
[package.source]
type = "legacy"
url = "https://pypi.example.com/simple"
reference = "company"

[extras]
socks = ["pysocks"]

[metadata]
lock-version = "1.1"
python-versions = "~3.11"
content-hash = "00"

[metadata.files]
Requests = [
    {file = "requests-2.31.0.tar.gz", hash = "sha256:aa"},
]
"""
PROJECT = """\
[tool.poetry]
name = "old"
[tool.poetry.dependencies]
python = "~3.11"
requests = {version = "^2.31", extras = ["socks"]}
local = {path = "local", develop = true}
private = {version = "3.0", source = "company"}
[tool.poetry.dev-dependencies]
tool = {git = "https://github.com/x/tool.git"}
"""


def test_an_old_lock(tmp_path: Path) -> None:
    project(tmp_path, {"poetry.lock": LOCK, "pyproject.toml": PROJECT, "local/setup.py": ""})
    made = imported("poetry", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert [package["text"] for package in document["environments"]["old"]["pip"]] == [
        "requests==2.31.0", "local", "private==3.0", "certifi==2024.2.2", "pysocks==1.7.1",
    ]  # fmt: skip
    assert document["environments"]["old"]["python"] == ">=3.11,<3.12"
    assert (
        requirements(document, "old-dev")[-1]
        == "tool @ git+https://github.com/x/tool.git@0123#subdirectory=py"
    )
    assert document["indexes"]["pypi-example-com"]["packages"] == ["private"]
    lost = {what.split(" =")[0] for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert {"win 1.0", "1 hash", "metadata.lock-version", "metadata.content-hash"} <= lost


def test_an_old_lock_alone(tmp_path: Path) -> None:
    project(tmp_path, {"poetry.lock": LOCK, "local/setup.py": ""})
    made = imported("poetry", tmp_path, name="old")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert requirements(document, "old") == [
        "requests==2.31.0",
        "certifi==2024.2.2",
        "win==1.0",
        "private==3.0",
    ]
    assert "pysocks==1.7.1" in requirements(document, "old-socks")
    assert ("dropped", "pyproject.toml", 0) in losses(made)


def test_a_damaged_project_beside_a_lock(tmp_path: Path) -> None:
    project(tmp_path, {"poetry.lock": LOCK, "pyproject.toml": "[tool", "local/setup.py": ""})
    made = imported("poetry", tmp_path, name="old")
    assert compiled(tmp_path)[1] == []
    assert [line.file for line in made.report.lines if line.what == "pyproject.toml"] == ["pyproject.toml"]


@pytest.mark.parametrize(
    ("text", "code"), [("", "E1302"), ("x = 1", "E1302"), ("[", "E1302"), ("[metadata]\na = 1\n", "E1303")]
)
def test_what_is_no_lock(text: str, code: str, tmp_path: Path) -> None:
    project(tmp_path, {"poetry.lock": text, "pyproject.toml": ""})
    with pytest.raises(Failure) as failure:
        imported("poetry", tmp_path)
    assert [one.code for one in failure.value.diagnostics] == [code]


SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KEYS = ("package", "name", "version", "optional", "groups", "markers", "category", "dependencies", "extras", "source",
        "type", "url", "metadata", "python-versions", "main", "dev", "tool", "poetry", "group", "project")  # fmt: skip


@SETTINGS
@given(mutations(tomllib.loads(LOCK), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_lock(tmp_path: Path, document: Any) -> None:
    project(tmp_path, {"pyproject.toml": PROJECT})
    check_any("poetry", tmp_path, "poetry.lock", as_toml(document))


@SETTINGS
@given(mutations(tomllib.loads(PROJECT), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_its_project(tmp_path: Path, document: Any) -> None:
    project(tmp_path, {"pyproject.toml": as_toml(document)})
    check_any("poetry", tmp_path, "poetry.lock", LOCK)
