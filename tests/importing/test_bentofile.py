"""`bentofile.yaml`, and `[tool.bentoml.build]`: an environment; the service and its models are told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from envspec.diagnostics import Failure
from tests.importing.imported import environment_of, imported, losses, project

FULL = """\
# How the Bento is built
service: "service:Fraud"
name: fraud-detector
description: |
  Finds fraud.

  In two ways.
labels: {owner: risk, stage: dev, level: 3}
include: ["*.py", "models/"]
exclude:
  - "tests/"
python:
  packages:
    - scikit-learn>=1.4  # the model
    - "xgboost==2.1.0; python_version >= '3.9'"
  index_url: https://bob:secret-word@pypi.example.com/simple
  extra_index_url: https://other.example.com/simple
  trusted_host: [pypi.example.com]
  find_links: ["https://example.com/wheels"]
  pip_args: "--pre --extra-index-url https://third.example.com/simple -U"
  wheels: [dist/fraud-1.0-py3-none-any.whl, ./dist/gone-1.0-py3-none-any.whl]
  lock_packages: false
  surprise: 1
docker:
  distro: debian
  python_version: "3.11.9"
  system_packages:
    - libgomp1
  env:
    - WORKERS=4
    - API_KEY=9f8e7d6c5b
    - NOTHING
  setup_script: setup.sh
  cuda_version: "12.4"
models:
  - "fraud:latest"
  - {tag: "features:v2", alias: features}
envs:
  - {name: STAGE, value: production}
  - name: HF_TOKEN
  - {name: BUILD, value: x, stage: build}
  - oops
"""
SETUP = '#!/bin/bash\nset -euo pipefail\necho "${HOME}" > /made\n'


def test_everything_that_there_is(tmp_path: Path) -> None:
    project(tmp_path, {"bentofile.yaml": FULL, "setup.sh": SETUP, "dist/fraud-1.0-py3-none-any.whl": ""})
    made = imported("bentofile", tmp_path)
    environment = environment_of(tmp_path)
    written = yaml.safe_load(FULL)
    assert environment["name"] == written["name"] and environment["description"] == written["description"]
    assert environment["tags"] == {"owner": "risk", "stage": "dev", "level": "3"}
    named = [Requirement(line).name for line in written["python"]["packages"]]
    assert [one["name"] for one in environment["pip"]] == [*named, "fraud"]
    assert [one["index"] for one in environment["indexes"]] == [
        "pypi-example-com", "other-example-com", "third-example-com"
    ]  # fmt: skip
    assert environment["python"] == "3.11" and environment["apt"] == ["libgomp1"]
    assert environment["variables"] == {
        "WORKERS": "4", "API_KEY": {"secret": "api-key"}, "STAGE": "production", "HF_TOKEN": {"secret": "hf-token"}
    }  # fmt: skip
    assert environment["docker"]["cuda"] == "12.4"
    (script,) = environment["docker"]["run"]
    assert SETUP in script and script.startswith("cat > /tmp/setup_script << 'END_OF_SETUP_SCRIPT'\n")
    assert "secret-word" not in made.text + str(made.report) and "9f8e" not in made.text + str(made.report)
    assert made.text.startswith("# How the Bento is built\n")
    dropped = {(what, line) for outcome, what, line in losses(made) if outcome == "dropped"}
    assert dropped == {
        ("service: service:Fraud", 2),
        ("include: *.py", 9),
        ("include: models/", 9),
        ("exclude: tests/", 11),
        ("python.trusted_host: pypi.example.com", 18),
        ("python.find_links: https://example.com/wheels", 19),
        ("--pre", 20),
        ("-U", 20),
        ("./dist/gone-1.0-py3-none-any.whl", 21),
        ("python.lock_packages: false", 22),
        ("python.surprise", 23),
        ("docker.env", 32),
        ("models: fraud:latest", 36),
        ("models: features:v2", 37),
        ("BUILD", 41),
        ("envs", 42),
    }


PYPROJECT = """\
[project]
name = "Fraud_Detector"
version = "1.0"
requires-python = ">=3.10"
dependencies = [
    "bentoml>=1.4",  # serves it
    "scikit-learn",
]
optional-dependencies = { dev = ["pytest"] }

[tool.ruff]
line-length = 100

[tool.bentoml.build]
service = "service:Fraud"
include = ["*"]
labels = { owner = "risk", level = 3 }

[tool.bentoml.build.python]
requirements_txt = "requirements.txt"
packages = ["ignored"]
lock_packages = true

[tool.bentoml.build.docker]
base_image = "registry.example.com/base:1"
python_version = "3.11"
system_packages = ["git"]

[[tool.bentoml.build.envs]]
name = "STAGE"
value = "production"

[[tool.bentoml.build.models]]
tag = "fraud:latest"
"""


def test_a_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": PYPROJECT, "requirements.txt": "pandas>=2\n"})
    made = imported("bentofile", tmp_path)
    environment = environment_of(tmp_path)
    written = tomllib.loads(PYPROJECT)["project"]
    named = [Requirement(line).name for line in written["dependencies"]]
    assert [one["name"] for one in environment["pip"]] == [*named, "pandas"]
    assert environment["python"] == ">=3.10" and environment["variables"] == {"STAGE": "production"}
    assert environment["docker"]["image"] == "registry.example.com/base:1"
    assert '"bentoml>=1.4",  # serves it' in made.text
    assert {(what, line) for outcome, what, line in losses(made) if outcome == "dropped"} == {
        ("project.optional-dependencies.dev", 9),
        ("tool.bentoml.build.service: service:Fraud", 15),
        ("tool.bentoml.build.python.packages: ignored", 21),
        ("tool.bentoml.build.docker.python_version: 3.11", 26),
        ("tool.bentoml.build.docker.system_packages: git", 27),
        ("models: fraud:latest", 33),
    }


def test_conda(tmp_path: Path) -> None:
    text = """\
service: service.py:svc
conda:
  channels: [h2oai, conda-forge]
  dependencies:
    - h2o
    - python=3.10
    - pip: [lightgbm]
    - 3: x
  pip: ["polars"]
docker: {env: {A: 1, B: two}, setup_script: setup.sh}
"""
    project(tmp_path, {"bentofile.yaml": text, "setup.sh": "#!/bin/sh\necho hi\n"})
    made = imported("bentofile", tmp_path)
    environment = environment_of(tmp_path)
    assert [one["name"] for one in environment["conda"]] == ["h2o", "python"]
    assert [one["name"] for one in environment["pip"]] == ["lightgbm", "polars"]
    assert environment["docker"]["run"] == ["#!/bin/sh\necho hi\n"]
    assert environment["variables"] == {"A": "1", "B": "two"}
    assert ("dropped", "conda.dependencies.3", 8) in losses(made)


def test_files_beside_it(tmp_path: Path) -> None:
    text = """\
service: s:S
conda: {environment_yml: ./environment.yml, channels: [x]}
docker: {env: .env, dockerfile_template: ./Dockerfile.template, distro: alpine, setup_script: ../out.sh}
"""
    project(
        tmp_path,
        {"bentofile.yaml": text, "environment.yml": "name: fraud\ndependencies: [numpy>=2]\n",
         ".env": "# of the team\nexport A='1'\nHF_TOKEN=abcdefgh1\n\nnothing\n"},
    )  # fmt: skip
    made = imported("bentofile", tmp_path)
    environment = environment_of(tmp_path)
    assert [one["name"] for one in environment["conda"]] == ["numpy"]
    assert environment["variables"] == {"A": "1", "HF_TOKEN": {"secret": "hf-token"}}
    assert "abcdefgh1" not in made.text + str(made.report)
    assert {what for outcome, what, _ in losses(made) if outcome == "dropped"} == {
        "service: s:S", "conda.channels", "docker.dockerfile_template: ./Dockerfile.template", "docker.distro: alpine",
        "docker.setup_script: ../out.sh", "a line without `=`",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [("bentofile.yaml", ""), ("bentofile.yaml", "a: b"), ("bentofile.yaml", "- service"), ("pyproject.toml", ""),
     ("pyproject.toml", "[project]\nname = 'x'\n"), ("pyproject.toml", "[tool.bentoml.build"),
     ("pyproject.toml", "tool = 1")],
)  # fmt: skip
def test_another_file(tmp_path: Path, name: str, text: str) -> None:
    project(tmp_path, {name: text})
    with pytest.raises(Failure) as caught:
        imported("bentofile", tmp_path)
    assert caught.value.diagnostics[0].code == "E1302"
