"""Folders for repo2docker: which file wins, and what the others add."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported
from envspec.diagnostics import Failure
from tests.importing.imported import CORPUS, compiled, environment_of, imported, project, reasons

CONDA = """name: lab
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy  # fast
  - pip:
    - attrs==23.1
"""
PIPFILE = """[packages]
b = "==2"
[dev-packages]
c = "==3"
[requires]
python_version = "3.12"
"""
PIPFILE_LOCK = """{"_meta": {"requires": {"python_version": "3.11"}},
"default": {"b": {"version": "==2.1"}}, "develop": {"c": {"version": "==3.1"}}, "docs": {"d": {"version": "==4"}}}
"""
PACKAGE = """[project]
name = "p"
version = "1"
requires-python = ">=3.10"
[build-system]
requires = ["setuptools"]
"""
DOCKERFILE = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"


def read(folder: Path, files: dict[str, str]) -> Imported:
    return imported("binder", project(folder, dict(files)))


def test_conda_and_system_packages(tmp_path: Path) -> None:
    made = read(tmp_path, {
        "binder/environment.yml": CONDA, "binder/requirements.txt": "never\n",
        "binder/apt.txt": "# fonts\nfonts-dejavu\ntexlive-xetex  # for PDF\n\ngit make\nNo_Such\n",
        "binder/runtime.txt": "python-3.9", "requirements.txt": "hidden\n",
        "binder/postBuild": "#!/bin/bash\nset -eux\npip install black==24.1\njupyter lab build\npython data/get.py\n",
        "binder/start": "#!/bin/bash\nexec \"$@\"\n", "data/get.py": "",
    })  # fmt: skip
    environment = environment_of(tmp_path)
    assert environment["name"] == "lab"
    assert [one["spec"] for one in environment["conda"]] == ["python 3.11.*", "numpy"]
    assert [one["text"] for one in environment["pip"]] == ["attrs==23.1", "black==24.1"]
    assert environment["apt"] == ["fonts-dejavu", "texlive-xetex", "git", "make"]
    assert "# fonts" in made.text and "# for PDF" in made.text and "hidden" not in made.text
    because = reasons(made)
    assert because["requirements.txt"] == "`environment.yml` wins, and repo2docker does not read it then"
    assert because["runtime.txt"] == "`environment.yml` says which Python it is"
    assert because["No_Such"].startswith("`No_Such` is not the name of a Debian package")
    assert because["start"].startswith("it is for sessions")
    assert {line.line for line in made.report.lines if line.file == "binder/apt.txt"} == {2, 3, 5, 6}


def test_what_a_post_build_does(tmp_path: Path) -> None:
    made = read(tmp_path, {"requirements.txt": "attrs\n", "extra.txt": "tqdm==4.66\n",
                           "postBuild": "#!/usr/bin/env -S bash -v\npip install -r extra.txt\nnpm --version\n"})  # fmt: skip
    assert [one["text"] for one in environment_of(tmp_path)["pip"]] == ["attrs", "tqdm==4.66"]
    assert reasons(made)["npm --version"].startswith("it needs `npm`")
    made = read(tmp_path, {"postBuild": "#!/bin/bash\nfor x in a b; do echo $x > /etc/$x; done\n"})
    assert environment_of(tmp_path)["docker"]["run"][0].startswith("/bin/bash -c")
    made = read(tmp_path, {"postBuild": "#!/usr/bin/env python3\nimport this\n"})
    assert reasons(made)["postBuild"].startswith("it is a script of another program")


@pytest.mark.parametrize(
    ("files", "python", "pip"),
    [
        ({"requirements.txt": "a==1\n", "runtime.txt": "python-3.12\n"}, "3.12", ["a==1"]),
        ({"requirements.txt": "a==1\n", "runtime.txt": "python-2.7"}, None, ["a==1"]),
        ({"requirements.txt": "a==1\n", "runtime.txt": "r-4.1-2022-01-01"}, None, ["a==1"]),
        ({"setup.py": "raise SystemExit('never run')\n"}, None, ["."]),
        ({"requirements.txt": "a==1\n", "Project.toml": "[deps]\n"}, None, ["a==1"]),
        ({"requirements.txt": "a==1\n", "DESCRIPTION": "Package: x\n", "install.R": "q()\n"}, None, ["a==1"]),
        ({"requirements.txt": "a==1\n", ".binder/requirements.txt": "b==2\n"}, None, ["b==2"]),
        (
            {"requirements.txt": "a==1\n", "Pipfile": PIPFILE, "runtime.txt": "python-3.9"},
            "3.12",
            ["b==2", "c==3"],
        ),
        ({"Pipfile.lock": PIPFILE_LOCK, "Pipfile": PIPFILE}, "3.11", ["b==2.1", "c==3.1"]),
        ({"requirements.txt": "a==1\n", "pyproject.toml": PACKAGE}, ">=3.10", ["a==1", "."]),
        ({"setup.py": "", "pyproject.toml": PACKAGE, "runtime.txt": "python-3.12-2026-01-01"}, "3.12", ["."]),
        ({"requirements.txt": "a==1\n", "pyproject.toml": "[tool.x]\n", "apt.txt": "git\n"}, None, ["a==1"]),
        ({"pyproject.toml": PACKAGE, "binder/requirements.txt": "a==1\n"}, None, ["a==1"]),
        ({"environment.yaml": CONDA, "Pipfile": PIPFILE}, None, ["attrs==23.1"]),
        ({"environment.yml": CONDA, "environment.yaml": "dependencies: [x]\n"}, None, ["attrs==23.1"]),
        ({"environment.yml": CONDA, "Project.toml": "[deps]\n", "apt.txt": "git\n"}, None, []),
    ],
)
def test_which_file_wins(files: dict[str, str], python: str | None, pip: list[str], tmp_path: Path) -> None:
    made = read(tmp_path, files)
    environment = environment_of(tmp_path)
    assert environment.get("python") == python
    assert [one["text"] for one in environment.get("pip", [])] == pip
    told = {line.file for line in made.report.lines}
    hidden = any("binder/" in name for name in files)
    unread = {"pyproject.toml"} if "[tool.x]" in files.get("pyproject.toml", "") else set()
    assert told >= {name for name in files if not hidden or "binder/" in name} - unread


def test_what_a_pipfile_has_beside_packages(tmp_path: Path) -> None:
    made = read(tmp_path, {"Pipfile": PIPFILE + "[docs]\nd = '*'\n[scripts]\nx = 'y'\n", "apt.txt": "git\n",
                           "postBuild": "#!/bin/bash\npip install e==5\n"})  # fmt: skip
    environment = environment_of(tmp_path)
    assert [one["text"] for one in environment["pip"]] == ["b==2", "c==3", "e==5"]
    assert environment["apt"] == ["git"]
    assert reasons(made)["docs"] == "`pipenv install --dev` takes no other category"
    assert reasons(made)["scripts"].startswith("it is for `pipenv run`")


def test_a_dockerfile_wins(tmp_path: Path) -> None:
    made = read(tmp_path, {"binder/Dockerfile": DOCKERFILE,
                           "requirements.txt": "a==1\n", "binder/apt.txt": "git\n",
                           "binder/environment.yml": CONDA})  # fmt: skip
    environment = environment_of(tmp_path)
    assert (
        environment["docker"]["image"] == "python:3.12"
        and "apt" not in environment
        and "conda" not in environment
    )
    assert [one["text"] for one in environment["pip"]] == ["a==1"]
    assert reasons(made)["apt.txt"].startswith("`Dockerfile` wins")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"README.md": "x"}, "E1303"),
        ({"default.nix": "{}", "environment.yml": CONDA}, "E1303"),
        ({"binder/apt.txt": "git", ".binder/apt.txt": "git"}, "E1302"),
        ({"environment.yml": "- a\n- ["}, "E1302"),
    ],
)
def test_no_environment(files: dict[str, str], code: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        read(tmp_path, files)
    assert failure.value.diagnostics[0].code == code


REAL = sorted((CORPUS / "conda").glob("repo2docker-*.yml"))


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.name)
def test_the_files_of_repo2docker_itself(file: Path, tmp_path: Path) -> None:
    project(tmp_path, {"apt.txt": "git\n"})
    shutil.copy(file, tmp_path / "environment.yml")
    imported("binder", tmp_path)
    document = yaml.safe_load(file.read_text())
    wanted = [one for one in document["dependencies"] if isinstance(one, str)]
    assert len(environment_of(tmp_path).get("conda", [])) == len(wanted)
    assert environment_of(tmp_path)["apt"] == ["git"]


@settings(max_examples=60, deadline=None)
@given(content=st.text(max_size=60), names=st.sets(st.sampled_from(
    ["apt.txt", "postBuild", "runtime.txt", "start", "install.R", "requirements.txt", "Project.toml"]),
    min_size=1))  # fmt: skip
def test_files_of_any_content(
    content: str, names: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = project(tmp_path_factory.mktemp("any"), dict.fromkeys(names, content))
    imported("binder", folder)
    assert compiled(folder)[1] == []
