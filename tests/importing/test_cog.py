"""`cog.yaml`: an environment, and the rest in a comment or told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from envspec.diagnostics import Failure
from tests.importing.imported import environment_of, imported, losses, project
from tests.importing.outlines import finished

FULL = """\
# Configuration for Cog
# Reference: https://cog.run/yaml

build:
  # set to true if your model requires a GPU
  gpu: true
  cuda: "12.4"
  cudnn: "9"
  system_packages:
    - "libgl1"
    - "libglib2.0-0"  # for OpenCV
    - LibGL1
    - "two words"
    - "cmake >= 3"
  python_version: "3.11"
  python_packages:
    # the model
    - "torch==2.4.0 --extra-index-url https://download.example.com/whl/cu124"
    - "transformers>=4.40,<5"
    - "git+https://github.com/huggingface/diffusers.git@v0.30.0"
    - "$bad"
  pre_install:
    - echo first
  run:
    - "pip install flash-attn==2.6.3 'xformers>=0.0.27'"
    - pip install --no-deps mmcv
    - command: |
        curl -o /usr/local/bin/pget -L https://example.com/pget
        chmod +x /usr/local/bin/pget
      mounts: [{type: secret, id: pip, target: /etc/pip.conf}]
    - [nested]
  surprise: 1
environment:
  - HF_HOME=/src/cache
  - API_TOKEN=abcdef0123456
  - NOTHING
image: "registry.example.com/team/model"
predict: "predict.py:Predictor"
train: "train.py:train"
concurrency:
  max: 4
  default_target: 2
"""


def test_everything_that_there_is(tmp_path: Path) -> None:
    project(tmp_path, {"cog.yaml": FULL})
    made = imported("cog", tmp_path)
    environment = environment_of(tmp_path)
    build = yaml.safe_load(FULL)["build"]
    named = [Requirement(line.split(" --")[0]).name for line in build["python_packages"][:2]]
    assert [one["name"] for one in environment["pip"]] == [*named, "diffusers", "flash-attn", "xformers"]
    assert environment["python"] == "3.11" and environment["apt"] == [
        "libgl1",
        "libglib2.0-0",
        "two",
        "words",
    ]
    assert [one["spec"] for one in environment["conda"]] == ["python 3.11.*"]
    assert environment["docker"] == {
        "cuda": "12.4",
        "registry": "registry.example.com/team",
        "run": [
            "echo first", "pip install --no-deps mmcv",
            "curl -o /usr/local/bin/pget -L https://example.com/pget\nchmod +x /usr/local/bin/pget\n",
        ],
    }  # fmt: skip
    assert environment["variables"] == {"HF_HOME": "/src/cache", "API_TOKEN": {"secret": "api-token"}}
    assert "abcdef0123456" not in made.text + str(made.report)
    assert made.text.startswith("# Configuration for Cog\n# Reference: https://cog.run/yaml\nedition = 1\n")
    assert '"libglib2.0-0",  # for OpenCV' in made.text
    assert '# the model\n        "torch==2.4.0",' in made.text
    dropped = {(what, line) for outcome, what, line in losses(made) if outcome == "dropped"}
    assert dropped == {
        ("build.system_packages: LibGL1", 12),
        ("build.system_packages: cmake >= 3", 14),
        ("$bad", 21),
        ("build.run, element 3, mounts", 30),
        ("build.run", 31),
        ("build.cudnn: 9", 8),
        ("build.surprise", 32),
        ("environment: NOTHING", 36),
        ("predict: predict.py:Predictor", 38),
        ("train: train.py:train", 39),
        ("concurrency.default_target", 42),
    }


def test_every_line_with_a_value_is_told(tmp_path: Path) -> None:
    project(tmp_path, {"cog.yaml": FULL})
    made = imported("cog", tmp_path)
    told = {line.line for line in made.report.lines}
    for number, line in enumerate(FULL.splitlines(), start=1):
        stripped = line.strip()
        inside = stripped.startswith(("curl", "chmod"))
        if stripped and not stripped.startswith("#") and not stripped.endswith(":") and not inside:
            assert number in told or line.strip().endswith("|"), line


def test_the_comment_is_a_deployment_when_the_script_is_there(tmp_path: Path) -> None:
    project(tmp_path, {"cog.yaml": FULL})
    deployment = finished(tmp_path, imported("cog", tmp_path))
    assert deployment["resources"] == {"gpu": 1} and deployment["limits"] == {"concurrency": 4}


def test_a_small_one_has_no_comment(tmp_path: Path) -> None:
    project(tmp_path, {"cog.yaml": "build:\n  python_version: '3.12'\n  gpu: false\npredict: p.py:P\n"})
    made = imported("cog", tmp_path)
    assert "deployment" not in made.text
    assert environment_of(tmp_path)["python"] == "3.12"


def test_requirements(tmp_path: Path) -> None:
    text = "build:\n  python_requirements: requirements.txt\n  cuda: '11.1'\nimage: r8.im/me/model\n"
    project(
        tmp_path, {"cog.yaml": text, "requirements.txt": "--index-url https://x.example/simple\nnumpy<2\n"}
    )
    made = imported("cog", tmp_path)
    environment = environment_of(tmp_path)
    assert [one["text"] for one in environment["pip"]] == ["numpy<2"]
    assert [what for outcome, what, _ in losses(made) if outcome == "dropped"] == [
        "build.cuda: 11.1", "image: r8.im/me/model"
    ]  # fmt: skip
    text = "build:\n  python_requirements: ../requirements.txt\n"
    project(tmp_path, {"cog.yaml": text})
    made = imported("cog", tmp_path)
    assert losses(made) == [("dropped", "build.python_requirements: ../requirements.txt", 2)]


@pytest.mark.parametrize("text", ["", "[]", "a: b", "predict", "\t", "build: {"])
def test_another_file(tmp_path: Path, text: str) -> None:
    project(tmp_path, {"cog.yaml": text})
    with pytest.raises(Failure) as caught:
        imported("cog", tmp_path)
    assert caught.value.diagnostics[0].code == "E1302"


def test_what_newer_files_call_a_runner(tmp_path: Path) -> None:
    text = 'build:\n  python_version: "3.12"\n  run:\n    - echo built\nrun: "run.py:Runner"\nmodel: r8.example/me/sketch\n'
    made = imported("cog", project(tmp_path, {"cog.yaml": text}) / "cog.yaml")
    reasons = {line.what: line.reason for line in made.report.lines if line.outcome == "dropped"}
    assert set(reasons) == {"run: run.py:Runner", "model: r8.example/me/sketch"}
    assert "`init()` and `run(data)`" in reasons["run: run.py:Runner"]
    assert "echo built" in environment_of(tmp_path)["docker"]["run"][0]
