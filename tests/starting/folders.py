"""Folders as people have them, by the files in them."""

from __future__ import annotations

from pathlib import Path

TRAIN = """\
import argparse
from pathlib import Path

import joblib
from sklearn.linear_model import LogisticRegression


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model-out", type=Path, default=Path("outputs/model.joblib"))
    parser.add_argument("--alpha", type=float, default=0.1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    joblib.dump(LogisticRegression(), arguments.model_out)


if __name__ == "__main__":
    main()
"""

SCORE = """\
import os

import joblib

model = None


def init():
    global model
    model = joblib.load(os.environ["ENVSPEC_MODEL_IRIS"])


def run(data):
    return model.predict(data)
"""

ARGUMENTS_BY_POSITION = """\
import sys
import click


@click.command()
@click.argument("data", type=click.Path())
@click.option("--output", type=click.Path(), required=True)
@click.option("--mode", type=click.Choice(["fast", "slow"]), required=True)
def main(data, output, mode):
    open(output, "w").write(mode)


if __name__ == "__main__":
    main()
"""

WRITES = """\
import json

json.dump({"a": 1}, open("results/numbers.json", "w"))
if __name__ == "__main__":
    print(open("data/in.csv").read())
"""

INLINE = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["six ==1.17.0"]
# ///
import six

print(six.PY3)
"""

CONDA = """\
name: weather
channels: [conda-forge]
dependencies:
  - python=3.12
  - numpy=2.1
  - pip:
      - six==1.17.0
"""

PYPROJECT = """\
[project]
name = "Good Forecasts"
version = "1"
requires-python = ">=3.11"
dependencies = ["six ==1.17.0"]
"""

FOLDERS: dict[str, dict[str, str]] = {
    "empty": {},
    "requirements": {"requirements.txt": "six ==1.17.0\n", "requirements-dev.txt": "pytest\n"},
    "requirements_with_options": {
        "requirements.txt": "--index-url https://packages.example/simple\n--pre\nsix ==1.17.0\nSix ==1.17.0\n-e ./lib\n",
        "lib/pyproject.toml": "[project]\nname = 'lib'\n",
    },
    "conda": {"environment.yml": CONDA},
    "pyproject": {"pyproject.toml": PYPROJECT, ".python-version": "3.12.1\n"},
    "setup_cfg": {
        "setup.cfg": "[metadata]\nname = old\n[options]\npython_requires = >=3.11\ninstall_requires =\n    six ==1.17.0\n"
    },
    "two_lists": {"environment.yml": CONDA, "requirements.txt": "six ==1.17.0\n"},
    "python_version": {".python-version": "3.12\n"},
    "dockerfile_python": {"Dockerfile": "FROM python:3.12-slim AS base\nRUN true\nFROM base\n"},
    "dockerfile_image": {"Dockerfile": "FROM --platform=linux/amd64 debian:bookworm-slim\n"},
    "dockerfile_latest": {"Dockerfile": "FROM ubuntu:latest\n"},
    "inline_metadata": {"hello.py": INLINE},
    "iris": {
        "requirements.txt": "scikit-learn >=1.6,<2\njoblib >=1.4,<2\n",
        "src/train.py": TRAIN,
        "src/score.py": SCORE,
        "src/test_train.py": TRAIN,
        "request.json": "[[1, 2, 3, 4]]",
    },
    "data_in_place": {"requirements.txt": "six ==1.17.0\n", "prepare.py": WRITES, "data/in.csv": "1\n"},
    "by_position": {"requirements.txt": "click >=8\n", "convert.py": ARGUMENTS_BY_POSITION},
    "entry_and_model_file": {"score.py": SCORE, "model.joblib": "x", "requirements.txt": "joblib ==1.4.2\n"},
    "entry_that_takes_too_much": {"score.py": "def init():\n    pass\ndef run(a, b, c, d):\n    pass\n"},
    "not_python": {"broken.py": "def (", "nul.py": "a\0b", "requirements.txt": "six ==1.17.0\n"},
    "strange names": {"123 Ünïcode ${x}.py": 'if __name__ == "__main__":\n    pass\n', "a\nb.py": WRITES},
}


def make(name: str, folder: Path) -> Path:
    """The folder, in a new folder of its own name."""
    root = folder / name
    root.mkdir()
    for path, text in FOLDERS[name].items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root
