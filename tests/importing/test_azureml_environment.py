"""Environments of Azure ML: real files and those that people write, against what PyYAML reads of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from envspec.diagnostics import Failure
from tests.importing.imported import CORPUS, compiled, imported, losses, project

ENVIRONMENTS = sorted((CORPUS / "azureml" / "environment").iterdir())
CONDA = """\
name: model-env
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy=1.26.*
  - pip
  - pip:
      - scikit-learn~=1.5   # the model
      - azureml-inference-server-http
"""


def the_environment(folder: Path) -> dict[str, Any]:
    document, errors = compiled(folder)
    assert errors == []
    (environment,) = document["environments"].values()
    return environment  # type: ignore[no-any-return]


def names(environment: dict[str, Any], key: str) -> list[str]:
    return [package["name"] for package in environment.get(key, [])]


@pytest.mark.parametrize("there", [True, False], ids=["with its files", "alone"])
@pytest.mark.parametrize("file", ENVIRONMENTS, ids=lambda file: file.name)
def test_a_real_environment(file: Path, there: bool, tmp_path: Path) -> None:
    project(tmp_path, {"conda.yml": CONDA, "Dockerfile": "FROM ubuntu:22.04\n"} if there else {})
    shutil.copy(file, tmp_path / "env.yml")
    made = imported("azureml", tmp_path / "env.yml")
    environment = the_environment(tmp_path)
    source = yaml.safe_load(file.read_text())
    assert environment["name"] == source["name"]
    assert environment.get("description") == source.get("description")
    docker = environment.get("docker", {})
    assert docker.get("image") == source.get("image")
    assert docker.get("dockerfile") == ("Dockerfile" if there and "build" in source else None)
    assert names(environment, "conda") == (
        ["python", "numpy", "pip"] if there and "conda_file" in source else []
    )
    assert environment.get("tags", {}).get("azureml.version") == source.get("version")
    if not there:
        assert any(outcome == "dropped" and line in (4, 5) for outcome, _, line in losses(made))
        assert "Nothing is known of" in made.text


def test_a_conda_file_is_written_out(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "env.yml": "image: ubuntu:22.04\nconda_file: sub/conda.yml\nos_type: linux\n",
            "sub/conda.yml": CONDA,
        },
    )
    made = imported("azureml", tmp_path / "env.yml")
    environment = the_environment(tmp_path)
    assert environment["name"] == "model-env"
    assert environment["docker"] == {"image": "ubuntu:22.04"}
    assert environment.get("managed", True)
    assert names(environment, "conda") == ["python", "numpy", "pip"]
    assert names(environment, "pip") == ["scikit-learn", "azureml-inference-server-http"]
    assert environment["channels"] == ["conda-forge"]
    assert "# the model" in made.text
    files = {line.file for line in made.report.lines}
    assert files == {"env.yml", "sub/conda.yml"}


@pytest.mark.parametrize(
    "inline",
    [
        "conda_file:\n" + "".join(f"    {line}\n" for line in CONDA.splitlines()),
        "conda_file: {name: model-env, channels: [conda-forge], dependencies: [python=3.11, numpy=1.26.*, pip, "
        "{pip: [scikit-learn~=1.5, azureml-inference-server-http]}]}\n",
    ],
)
def test_a_conda_file_inside(inline: str, tmp_path: Path) -> None:
    text = f"name: outer\nimage: ubuntu:22.04\n{inline}tags:\n  a: b\n"
    project(tmp_path, {"env.yml": text})
    made = imported("azureml", tmp_path / "env.yml")
    environment = the_environment(tmp_path)
    expected = yaml.safe_load(text)["conda_file"]["dependencies"]
    assert environment["name"] == "outer"
    assert names(environment, "conda") == ["python", "numpy", "pip"]
    assert [p["text"] for p in environment["pip"]] == [line.replace(" ", "") for line in expected[-1]["pip"]]
    assert environment["tags"] == {"a": "b"}
    lines = {line.line for line in made.report.lines if line.what.startswith("scikit")}
    assert lines == {text[: text.index("scikit")].count("\n") + 1}


def test_an_image_alone_is_used_as_it_is(tmp_path: Path) -> None:
    project(tmp_path, {"env.yml": "name: e\nimage: mcr.example/x/y:3\ninference_config: {port: 1}\n"})
    made = imported("azureml", tmp_path / "env.yml")
    environment = the_environment(tmp_path)
    assert (environment["managed"], environment["interpreter"]) == (False, "python")
    assert environment["docker"] == {"image": "mcr.example/x/y:3"}
    assert [what for _, what, _ in losses(made)] == ["inference_config"]


def test_build_contexts(tmp_path: Path) -> None:
    files = {"ctx/Dockerfile": "FROM a:1\n", "ctx/docker/My.Dockerfile": "FROM a:1\n"}
    for build, dockerfile in (
        ("{path: ctx}", "ctx/Dockerfile"),
        ("{path: ./ctx/, dockerfile_path: docker/My.Dockerfile}", "ctx/docker/My.Dockerfile"),
        ("{local_path: ctx}", "ctx/Dockerfile"),
        ("{path: ctx, dockerfile_path: gone}", None),
        ("{path: https://x.example/y.git}", None),
        ("{path: ../up}", None),
        ("{dockerfile_path: ctx/Dockerfile}", None),
    ):
        project(tmp_path, {**files, "env.yml": f"name: e\nbuild: {build}\n"})
        made = imported("azureml", tmp_path / "env.yml")
        environment = the_environment(tmp_path)
        assert environment.get("docker", {}).get("dockerfile") == dockerfile
        assert bool(made.report.of("dropped")) == (dockerfile is None)
        assert environment.get("managed", True) == (dockerfile is None)


@pytest.mark.parametrize(
    ("written", "reference", "outcome"),
    [
        ("azureml:sklearn:3", "sklearn:3", "carried"),
        ("sklearn:3", "sklearn:3", "carried"),
        (
            "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
            "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
            "carried",
        ),
        ("azureml:my_env:2023.10.1", "my_env:2023.10.1", "carried"),
        ("azureml:plain", "plain@latest", "carried"),
        (
            "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
            "sklearn-1.5@latest",
            "the registry `azureml`",
        ),
        ("azureml://registries/r/environments/E/versions/12", "E:12", "the registry `r`"),
        (
            "azureml:/subscriptions/a/resourceGroups/b/providers/c/workspaces/d/environments/e/versions/2",
            "e:2",
            "the workspace",
        ),
        (
            "/subscriptions/a/resourceGroups/b/workspaces/d/environments/e",
            "e@latest",
            "the workspace",
        ),
        ("azureml:e:openmpi4", "e:openmpi4", "carried"),
        ("azureml:1:2", "1:2", "carried"),
        ("azureml:<my_env>:<version>", "my_env@latest", "`<version>` is neither a version nor a label"),
        ("azureml:e@2", "e@latest", "`2` is neither a version nor a label"),
        ("azureml:<>:1", None, ""),
        ("a b", None, ""),
        ("[a]", None, ""),
        ("file:env.yml", "e", ""),
        ("./env.yml", "e", ""),
        ("file:../env.yml", None, ""),
        ("file:gone.yml", None, ""),
        ("file:bad.yml", None, ""),
        ("", None, ""),
    ],
)
def test_references(written: str, reference: str | None, outcome: str, tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "job.yml": f"command: a\nenvironment: {written}\n",
            "env.yml": "name: e\nimage: a:1\n",
            "bad.yml": "[",
        },
    )
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = document["runs"].values()
    if reference is None:
        assert run["environment"] == {"environment": "imported-environment"} or run["environment"] == {
            "environment": "job-environment"
        } or "Nothing is known of this environment" in made.text  # fmt: skip
    elif outcome:
        assert run["environment"] == reference
        (line,) = [line for line in made.report.lines if line.what == f"environment: {written}"]
        assert line.became == reference
        assert line.outcome == outcome == "carried" or (line.outcome == "changed" and outcome in line.reason)
    else:
        assert run["environment"] == {"environment": reference}


def test_two_indexes_of_one_host_stand_once(tmp_path: Path) -> None:
    conda = "dependencies: [python=3.11, {pip: ['--extra-index-url https://u:p4ss@x.example/simple', %s]}]"
    steps = "".join(
        f"  {name}:\n    command: python a.py\n    environment:\n      image: a:1\n"
        f"      conda_file: {{{conda % package}}}\n"
        for name, package in (("a", "numpy"), ("b", "scipy"), ("c", "numpy"))
    )
    project(tmp_path, {"job.yml": f"type: pipeline\njobs:\n{steps}"})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert list(document["indexes"]) == ["x-example"]
    assert set(document["environments"]) == {"a-environment", "b-environment"}
    assert document["runs"]["c"]["environment"] == {"environment": "a-environment"}
    assert "p4ss" not in made.text + str(made.report)


def test_an_image_that_is_none(tmp_path: Path) -> None:
    project(
        tmp_path, {"env.yml": "name: e\nimage: '{{ACR}}.azurecr.io/x:1'\nversion: 2\ntags: {version: mine}\n"}
    )
    made = imported("azureml", tmp_path / "env.yml")
    assert "docker" not in the_environment(tmp_path)
    assert [(outcome, line) for outcome, _, line in losses(made)] == [("dropped", 2), ("changed", 3)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E1303"),
        ("# nothing\n", "E1303"),
        ("- a\n", "E1302"),
        ("text\n", "E1302"),
        ("a: [", "E1302"),
        ("$schema: https://x/latest/compute.schema.json\nname: x\n", "E1302"),
        ("a: 1\n", "E1302"),
        ("$schema: x/commandJob.schema.json\n", "E1302"),
        ("$schema: x/sweepJob.schema.json\ntrial: {}\n", "E1302"),
        ("$schema: x/sparkJob.schema.json\n", "E1302"),
        ("$schema: x/pipelineJob.schema.json\n", "E1302"),
        ("$schema: x/pipelineJob.schema.json\njobs: {}\n", "E1303"),
        ('command: "a\\0b"\n', "E1302"),
    ],
)
def test_what_is_nothing(text: str, code: str, tmp_path: Path) -> None:
    project(tmp_path, {"job.yml": text})
    with pytest.raises(Failure) as failure:
        imported("azureml", tmp_path / "job.yml")
    assert [one.code for one in failure.value.diagnostics] == [code]


def test_older_keys_of_an_environment_and_of_inputs(tmp_path: Path) -> None:
    """As the preview of the CLI had them in 2021."""
    text = """\
command: show ${{inputs.x}}
environment:
  docker: {image: 'debian:12', build: {x: y}}
inputs:
  x: {data: ./data, mode: mount}
tags: {}
"""
    project(tmp_path, {"job.yml": text, "data/a": ""})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = document["runs"].values()
    (environment,) = document["environments"].values()
    assert environment["docker"] == {"image": "debian:12"}
    assert run["inputs"] == {"x": {"path": "data"}}
    told = {(line.outcome, line.what, line.line) for line in made.report.lines}
    assert {
        ("changed", "environment.docker.image: debian:12", 3),
        ("dropped", "environment.docker.build", 3),
        ("carried", "inputs.x.data: ./data", 5),
        ("dropped", "tags", 6),
    } <= told
