"""Files of one model of Azure ML, by themselves and in a folder."""

from __future__ import annotations

from pathlib import Path

from tests.importing.imported import compiled, imported, losses, project

MODEL = """\
$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json
name: Wine_Model
version: 3
type: mlflow_model
path: ./wine
description: Of the wines.
tags: {team: a}
flavors: {python_function: {loader_module: mlflow.sklearn}}
properties: {a: b}
"""


def test_a_model(tmp_path: Path) -> None:
    project(tmp_path, {"m.yml": MODEL, "wine/MLmodel": ""})
    made = imported("azureml", tmp_path / "m.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (model,) = document["models"].values()
    assert list(document["models"]) == ["wine_model"]
    assert model["framework"] == "mlflow" and model["description"] == "Of the wines."
    assert model["tags"] == {
        "team": "a", "azureml.name": "Wine_Model", "azureml.version": "3", "azureml.properties": '{"a": "b"}',
        "azureml.flavors": '{"python_function": {"loader_module": "mlflow.sklearn"}}',
    }  # fmt: skip
    assert model["from"] == {"path": "wine"}
    told = {line.line for line in made.report.lines}
    assert told == set(range(1, 10))
    assert ("changed", "version: 3", 3) in losses(made)


def test_a_model_that_lies_elsewhere(tmp_path: Path) -> None:
    text = "name: m\ntype: custom_model\npath: azureml://jobs/x/outputs/artifacts/paths/model/\n"
    project(tmp_path, {"m.yml": text})
    made = imported("azureml", tmp_path / "m.yml")
    document, errors = compiled(tmp_path)
    assert errors == [] and document["models"]["m"]["from"]["$param"] == "m"
    assert any(what.startswith("path: azureml") and line == 3 for _, what, line in losses(made))


def test_a_folder_with_a_model_that_its_deployment_names(tmp_path: Path) -> None:
    deployment = """\
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: e
model: azureml:Wine_Model@latest
code_configuration: {code: src, scoring_script: score.py}
environment: azureml:own:1
instance_count: 1
"""
    environment = "name: own\nimage: debian:12\n"
    files: dict[str, str | bytes] = {
        "azure/m.yml": MODEL, "azure/wine/MLmodel": "", "azure/d.yml": deployment, "azure/e.yml": environment,
        "azure/src/score.py": "def init(): ...\ndef run(data): return data\n",
    }  # fmt: skip
    project(tmp_path, files)
    imported("azureml", tmp_path / "azure")
    document, errors = compiled(tmp_path / "azure")
    assert errors == []
    assert document["deployments"]["blue"]["models"] == [{"model": "wine_model"}]
    assert list(document["environments"]) == ["own"]
