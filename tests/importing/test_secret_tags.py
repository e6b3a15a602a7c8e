"""Secrets by their names in tags and in options of commands: neither the spec nor the report has them, and what is made
has no finding of the rules that look for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.importing.report import as_json
from tests.importing.imported import imported, project

SECRET = "z3bra-stripes-7"
SCHEMA = "$schema: https://azuremlschemas.azureedge.net/latest"
FILES = {
    "azureml": (
        "environment.yml",
        f"{SCHEMA}/environment.schema.json\nname: e\nimage: ubuntu:22.04\ntags: {{team: vision, apikey: {SECRET}}}\n",
        "vision",
    ),
    "bentofile": (
        "bentofile.yaml",
        f"service: s:S\nlabels: {{team: vision, access-token: {SECRET}}}\npython: {{packages: [six]}}\n",
        "vision",
    ),
    "mlproject": (
        "MLmodel",
        "flavors: {python_function: {loader_module: x, python_version: 3.11.4}}\n"
        f"metadata: {{team: vision, api_key: {SECRET}}}\n",
        "vision",
    ),
    "pixi": (
        "pixi.toml",
        '[workspace]\nname = "x"\nchannels = ["conda-forge"]\nplatforms = ["linux-64"]\n[dependencies]\npython = ">=3.11"\n'
        f'[tasks]\ngo = "python a.py --password={SECRET}"\nother = "python b.py"\n',
        "b.py",
    ),
    "dockerfile": (
        "Dockerfile",
        f'FROM python:3.11\nRUN pip install six\nCMD ["python", "a.py", "--auth-token", "{SECRET}"]\n',
        "six",
    ),
    "dockerfile of labels": (
        "Dockerfile",
        f"FROM python:3.11\nRUN pip install six\nLABEL team=vision org.example.api-key={SECRET}\n",
        "vision",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_it_is_left_out_and_the_rest_comes_over(case: str, tmp_path: Path) -> None:
    name, text, stays = FILES[case]
    project(tmp_path, {name: text, "a.py": "", "b.py": ""})
    made = imported(case.split()[0], tmp_path / name)
    assert stays in made.text
    assert SECRET not in made.text
    assert SECRET not in str(as_json(made.report))
    assert made.report.loses


def test_a_job_is_its_command(tmp_path: Path) -> None:
    """So without the command there is none, and that is all that is said."""
    text = f"type: command\ncommand: python a.py --api-key {SECRET}\nenvironment: azureml:x:1\n"
    project(tmp_path, {"job.yml": f"{SCHEMA}/commandJob.schema.json\n{text}"})
    with pytest.raises(Failure) as caught:
        imported("azureml", tmp_path / "job.yml")
    assert "a credential is in it" in str(caught.value) and SECRET not in str(caught.value)
