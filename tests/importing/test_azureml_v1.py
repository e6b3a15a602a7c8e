"""Saved environments and run configurations of Azure ML's SDK v1: as the SDK, the CLI and Visual Studio Code write
them, and as people change them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported, import_spec
from envspec.diagnostics import Failure
from tests.importing.imported import compiled, losses, project

SAVED = {
    "assetId": None,
    "name": "xpovinec-env",
    "version": "81",
    "environmentVariables": {"EXAMPLE_ENV_VAR": "EXAMPLE_VALUE"},
    "python": {
        "userManagedDependencies": False,
        "interpreterPath": "python",
        "condaDependenciesFile": None,
        "baseCondaEnvironment": None,
    },
    "docker": {
        "enabled": False,
        "baseImage": "mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04:20220208.v1",
        "baseDockerfile": None,
        "sharedVolumes": True,
        "shmSize": "2g",
        "arguments": [],
        "baseImageRegistry": {"address": None, "username": None, "password": None, "registryIdentity": None},
        "platform": {"os": "Linux", "architecture": "amd64"},
    },
    "spark": {"repositories": [], "packages": [], "precachePackages": True},
    "databricks": {
        "mavenLibraries": [],
        "pypiLibraries": [],
        "rcranLibraries": [],
        "jarLibraries": [],
        "eggLibraries": [],
    },
    "r": None,
    "inferencingStackVersion": None,
}
"""What `Environment.save_to_directory` writes."""

CONDA = """\
# Conda environment specification.
name: project_environment
dependencies:
  # The python interpreter version.
- python=3.8.13
- pip:
  - azureml-defaults~=1.47.0
  - scikit-learn==0.24.2  # as trained
channels:
- anaconda
- conda-forge
"""

RUNCONFIG = """\
# The script to run.
script: train.py
# The arguments to the script file.
arguments:
- --data-folder
- DatasetConsumptionConfig:mnist
- --raw=$AZUREML_DATAREFERENCE_raw/files
- --lr
- 0.10
# The name of the compute target to use for this run.
target: local
# Framework to execute inside. Allowed values are "Python" ,  "PySpark", "CNTK",  "TensorFlow", and "PyTorch".
framework: Python
communicator: OpenMpi
# Automatically prepare the run environment as part of the run itself.
autoPrepareEnvironment: true
maxRunDurationSeconds: 5400
nodeCount: 2
environment:
  name: my-env
  environmentVariables:
    EXAMPLE_ENV_VAR: EXAMPLE_VALUE
    HF_TOKEN: correct-horse
  python:
    userManagedDependencies: false
    interpreterPath: python
    condaDependenciesFile: .azureml/conda_dependencies.yml
    baseCondaEnvironment:
  docker:
    enabled: true
    baseImage: base:0.2.4
    sharedVolumes: true
    gpuSupport: false
    shmSize: 2g
    arguments: [-e, TOKEN=hunter2]
    baseImageRegistry:
      address: my.azurecr.io
      username: bob
      password: hunter2
  spark:
    repositories:
    - https://mmlspark.azureedge.net/maven
    packages:
    - group: com.microsoft.ml.spark
      artifact: mmlspark_2.11
      version: '0.12'
    precachePackages: true
  databricks:
    mavenLibraries: []
history:
  outputCollection: true
  snapshotProject: false
  directoriesToWatch:
  - logs
  - checkpoints
spark:
  configuration:
    spark.app.name: Azure ML Experiment
    spark.yarn.maxAppAttempts: 1
hdi:
  yarnDeployMode: cluster
tensorflow:
  workerCount: 1
  parameterServerCount: 1
mpi:
  processCountPerNode: 4
dataReferences:
  raw:
    dataStoreName: blob
    mode: mount
    pathOnDataStore: images/2020
    pathOnCompute: /tmp/raw
    overwrite: false
data:
  mnist:
    dataLocation:
      dataset:
        id: a13a4034-02d1
      datapath:
    createOutputDirectories: false
    mechanism: mount
    environmentVariableName: mnist
    pathOnCompute:
    overwrite: false
sourceDirectoryDataStore:
amlcompute:
  vmSize: STANDARD_NC6
  vmPriority:
  retainCluster: false
  name:
  clusterMaxNodeCount: 1
"""


def made_of(folder: Path, file: str) -> Imported:
    """What is made of a file of a project, written at its root."""
    made = import_spec("azureml-v1", folder / file, output=folder / "made.envspec")
    (folder / "made.envspec").write_text(made.text)
    return made


def document_of(folder: Path) -> dict[str, Any]:
    document, errors = compiled(folder)
    assert errors == []
    return document


def line_with(text: str) -> int:
    """The line of `RUNCONFIG` that has a text."""
    return next(number for number, line in enumerate(RUNCONFIG.splitlines(), start=1) if text in line)


def saved(**sections: Any) -> dict[str, Any]:
    """The saved environment with some keys of its sections changed."""
    return {
        key: {**value, **sections[key]}
        if isinstance(value, dict) and key in sections
        else sections.get(key, value)
        for key, value in SAVED.items()
    }


def environment_of(folder: Path, content: dict[str, Any], **files: str) -> tuple[dict[str, Any], Imported]:
    project(folder, {"env/azureml_environment.json": json.dumps(content, indent=4)})
    project(folder, {f"env/{name.replace('__', '.')}": text for name, text in files.items()})
    made = made_of(folder, "env")
    (environment,) = document_of(folder)["environments"].values()
    return environment, made


def test_a_saved_environment_with_its_conda_file(tmp_path: Path) -> None:
    environment, made = environment_of(tmp_path, SAVED, conda_dependencies__yml=CONDA)
    conda = yaml.safe_load(CONDA)
    assert environment["name"] == "xpovinec-env"
    assert environment["tags"] == {"version": "81"}
    assert [one["spec"] for one in environment["conda"]] == ["python 3.8.13.*"]
    assert [one["text"] for one in environment["pip"]] == ["azureml-defaults~=1.47.0", "scikit-learn==0.24.2"]
    assert environment["channels"] == conda["channels"]
    assert environment["docker"] == {"image": SAVED["docker"]["baseImage"], "shm_size": {"bytes": 2 * 2**30}}  # type: ignore[index]
    assert environment["variables"] == SAVED["environmentVariables"]
    assert "# as trained" in made.text
    assert losses(made) == [("changed", "version: 81", 4)]


def test_dependencies_inside_the_file(tmp_path: Path) -> None:
    inline = {
        "name": "project_environment",
        "channels": ["anaconda"],
        "dependencies": [
            "python=3.8",
            {"pip": ["azureml-defaults", 'torch==2.0 ; sys_platform == "linux"']},
            "numpy",
        ],
    }
    environment, made = environment_of(tmp_path, saved(python={"condaDependencies": inline}))
    assert [one["spec"] for one in environment["conda"]] == ["python 3.8.*", "numpy"]
    assert [one["name"] for one in environment["pip"]] == ["azureml-defaults", "torch"]
    lines = (tmp_path / "env" / "azureml_environment.json").read_text().splitlines()
    for line in made.report.lines:
        if line.became in ("conda", "pip") and line.what != "python.condaDependencies":
            assert json.dumps(line.what) in lines[line.line - 1]


def test_the_conda_file_beside_it_counts(tmp_path: Path) -> None:
    inline = {"dependencies": ["python=3.11"]}
    environment, made = environment_of(
        tmp_path, saved(python={"condaDependencies": inline}), conda_dependencies__yml=CONDA
    )
    assert [one["spec"] for one in environment["conda"]] == ["python 3.8.13.*"]
    assert ("dropped", "python.condaDependencies", 13) in losses(made)


def test_packages_that_are_there_already(tmp_path: Path) -> None:
    python = {"userManagedDependencies": True, "interpreterPath": "/opt/conda/bin/python"}
    environment, made = environment_of(tmp_path, saved(python=python), conda_dependencies__yml=CONDA)
    assert environment["managed"] is False
    assert environment["interpreter"] == "/opt/conda/bin/python"
    assert "conda" not in environment and "pip" not in environment
    assert ("dropped", "conda_dependencies.yml", 0) in losses(made)


def test_a_dockerfile_beside_it(tmp_path: Path) -> None:
    text = "FROM debian:12\nCOPY x /x\n"
    environment, made = environment_of(
        tmp_path, saved(docker={"baseImage": None, "baseDockerfile": None}), BaseDockerfile=text
    )
    assert environment["docker"]["dockerfile"] == "env/BaseDockerfile"
    assert made.report.lines[1].became == "tags.version"


@pytest.mark.parametrize(
    ("text", "image", "run"),
    [
        ("FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y git\nRUN true\n", "debian:12", 2),
        (
            "# base\nFROM mcr.microsoft.com/azureml/base:1\nUSER root\n\nRUN pip install x\n",
            "mcr.microsoft.com/azureml/base:1", 1,
        ),
        ("FROM debian:12\nCOPY x /x\n", None, 0),
        ("FROM debian:12\nENV TOKEN=hf_abcdefghijklmnopqrstuvwxyz0123456789\nRUN true\n", None, 0),
        ("FROM a:1 AS b\nFROM c:2\n", None, 0),
        ("RUN true\n", None, 0),
        ("FROM debian:12\nRUN --mount=type=cache,target=/x true\n", None, 0),
    ],
)  # fmt: skip
def test_a_dockerfile_as_a_text(tmp_path: Path, text: str, image: str | None, run: int) -> None:
    environment, made = environment_of(
        tmp_path, saved(docker={"baseImage": None, "baseDockerfile": text, "shmSize": None})
    )
    docker = environment.get("docker", {})
    assert docker.get("image") == image
    assert len(docker.get("run", [])) == run
    assert "hf_" not in made.text + str(made.report)
    if image is None:
        assert any(
            line.outcome == "dropped" and line.what == "docker.baseDockerfile" for line in made.report.lines
        )


def test_no_credential_of_a_registry_comes_over(tmp_path: Path) -> None:
    registry = {
        "address": "my.azurecr.io",
        "username": "bob",
        "password": "hunter2",
        "registryIdentity": {"clientId": "c"},
    }
    docker = {
        "baseImage": "team/base:1",
        "baseImageRegistry": registry,
        "arguments": ["-e", "KEY=hunter2", "--gpus=all"],
    }
    environment, made = environment_of(tmp_path, saved(docker=docker))
    assert environment["docker"]["image"] == "my.azurecr.io/team/base:1"
    assert "hunter2" not in made.text + str(made.report) and "bob" not in made.text + str(made.report)
    dropped = [what for outcome, what, _ in losses(made) if outcome == "dropped"]
    assert dropped == [
        "docker.baseImageRegistry.username",
        "docker.baseImageRegistry.password",
        "docker.baseImageRegistry.registryIdentity",
        "docker.arguments: -e",
        "docker.arguments: …",
        "docker.arguments: --gpus",
    ]


def test_snake_case_platform_and_what_stands_for_nothing(tmp_path: Path) -> None:
    content = {
        "name": "My Env",
        "python": {"user_managed_dependencies": False, "base_conda_environment": "base"},
        "docker": {"base_image": "debian:12", "platform": {"os": "Linux", "architecture": "arm64"},
                   "arguments": ["--shm-size=64m"]},
        "r": {"rVersion": "3.6", "cranPackages": [{"name": "ggplot2"}]},
        "inferencing_stack_version": "latest",
        "databricks": {"pypiLibraries": [{"package": "x"}]},
        "environment_variables": {"A-B": "1", "API_TOKEN": "abc123", "N": 1},
        "surprise": [1],
    }  # fmt: skip
    environment, made = environment_of(tmp_path, content)
    assert environment["name"] == "my-env"
    assert environment["docker"] == {
        "image": "debian:12", "platforms": ["linux/arm64"], "shm_size": {"bytes": 64 * 2**20},
    }  # fmt: skip
    assert environment["variables"] == {"API_TOKEN": {"secret": "api-token"}, "N": "1"}
    told = {what for _, what, _ in losses(made)}
    assert {"python.base_conda_environment: base", "r.rVersion: 3.6", "r.cranPackages", "databricks", "surprise",
            "inferencing_stack_version: latest", "environment_variables.A-B"} <= told  # fmt: skip


def test_a_run_configuration(tmp_path: Path) -> None:
    project(
        tmp_path,
        {".azureml/train.runconfig": RUNCONFIG, ".azureml/conda_dependencies.yml": CONDA, "train.py": ""},
    )
    made = made_of(tmp_path, ".azureml/train.runconfig")
    document = document_of(tmp_path)
    expected = yaml.safe_load(RUNCONFIG)
    run, environment = document["runs"]["train"], document["environments"]["my-env"]
    assert run["environment"] == {"environment": "my-env"}
    assert run["command"] == [
        "python", "train.py", "--data-folder", {"join": [{"input": "mnist"}]},
        {"join": ["--raw=", {"input": "raw"}, "/files"]}, "--lr", "0.10",
    ]  # fmt: skip
    assert run["timeout"] == {"seconds": expected["maxRunDurationSeconds"]}
    assert run["resources"] == {"nodes": expected["nodeCount"], "processes_per_node": 4}
    assert run["framework"] == "mpi"
    assert run["snapshot"] is False
    assert run["target"] == "docker" or run["target"] == {"target": "docker"}
    assert set(run["inputs"]) == {"raw", "mnist"}
    assert run["variables"] == {
        "AZUREML_DATAREFERENCE_raw": {"join": [{"input": "raw"}]}, "mnist": {"join": [{"input": "mnist"}]},
    }  # fmt: skip
    assert environment["spark"]["packages"] == ["com.microsoft.ml.spark:mmlspark_2.11:0.12"]
    assert environment["spark"]["conf"] == {
        "spark.app.name": "Azure ML Experiment",
        "spark.yarn.maxAppAttempts": "1",
    }
    assert environment["variables"] == {
        "EXAMPLE_ENV_VAR": "EXAMPLE_VALUE",
        "HF_TOKEN": {"secret": "hf-token"},
    }
    assert [one["name"] for one in environment["pip"]] == ["azureml-defaults", "scikit-learn"]
    everything = made.text + str(made.report)
    assert not any(secret in everything for secret in ("hunter2", "correct-horse", "bob"))
    assert ("dropped", "history.directoriesToWatch: checkpoints", line_with("- checkpoints")) in losses(made)
    assert ("dropped", "amlcompute.vmSize: STANDARD_NC6", line_with("vmSize")) in losses(made)


def test_every_key_with_a_value_is_told_of(tmp_path: Path) -> None:
    project(tmp_path, {"train.runconfig": RUNCONFIG + "surprise: 1\nmpi2:\n  a: 1\n", "train.py": ""})
    made = made_of(tmp_path, "train.runconfig")
    told = {line.line for line in made.report.lines}
    quiet = ("raw:", "mode:", "pathOnDataStore:", "overwrite:", "id:", "mechanism:", "createOutputDirectories:",
             "environmentVariableName:", "dataStoreName:", "artifact:", "version:",
             "mavenLibraries: []", "- group:")  # fmt: skip
    for number, line in enumerate(RUNCONFIG.splitlines(), start=1):
        text = line.strip()
        if text.startswith("#") or text.endswith(":") or text.startswith(quiet):
            continue
        assert number in told, f"nothing is said of line {number}: {line}"
    assert {"surprise: 1", "mpi2"} <= {line.what for line in made.report.lines}


def test_a_run_configuration_in_json(tmp_path: Path) -> None:
    content = {
        "script": "train.py", "framework": "Python", "communicator": "None", "target": "TeamWkspc-com",
        "environment": {
            "python": {
                "userManagedDependencies": False,
                "condaDependencies": {
                    "dependencies": ["python=3.6.2", "tensorflow=1.15.0", {"pip": ["azureml-defaults"]}],
                },
            },
            "docker": {
                "baseImage": "mcr.microsoft.com/azureml/base:0.2.4", "enabled": True,
                "baseImageRegistry": {"address": None, "username": None, "password": None},
            },
        },
        "nodeCount": 1,
        "history": {"outputCollection": True, "snapshotProject": False, "directoriesToWatch": ["logs"]},
    }  # fmt: skip
    project(tmp_path, {"MNIST-rc.runconfig": json.dumps(content, indent="\t"), "train.py": ""})
    made = made_of(tmp_path, "MNIST-rc.runconfig")
    document = document_of(tmp_path)
    assert document["runs"]["mnist-rc"]["command"] == ["python", "train.py"]
    assert [one["name"] for one in document["environments"]["mnist-rc"]["conda"]] == ["python", "tensorflow"]
    assert [what for _, what, _ in losses(made)] == ["target: TeamWkspc-com"]


def test_all_configurations_of_a_project(tmp_path: Path) -> None:
    one = "script: a.py\nframework: Python\nenvironment:\n  python:\n    userManagedDependencies: true\n"
    other = "command: [python, -m, pkg, '${x}']\nenvironment: {name: AzureML-sklearn-0.24, version: 7}\n"
    project(tmp_path, {".azureml/local.runconfig": one, "aml_config/Remote.runconfig": other, "a.py": ""})
    made_of(tmp_path, ".")
    document, errors = compiled(tmp_path)
    assert document["runs"]["local"]["command"] == ["python", "a.py"]
    assert document["runs"]["remote"]["command"] == ["python", "-m", "pkg", "${x}"]
    assert document["runs"]["remote"]["environment"] == "azureml-sklearn-0-24:7"
    assert all(code in ("E0405", "E0602", "E0401") or "registered" in message for code, message in errors)


def test_pytorch_outputs_and_what_does_not_fit(tmp_path: Path) -> None:
    text = """\
script: missing.py
arguments: ['--out', 'DatasetOutputConfig:model-dir', 'cost$AZUREML_DATAREFERENCE_none', {a: 1}, null]
framework: PyTorch
communicator: Nccl
pytorch: {communicator: Nccl, processCount: 8}
nodeCount: 2
maxRunDurationSeconds: soon
environment_variables: {OMP_NUM_THREADS: 4}
docker: {use_docker: true, shm_size: 1g, arguments: [--ipc=host]}
target: local
outputData:
  model-dir:
    outputLocation: {dataPath: {datastoreName: blob, relativePath: m}}
    mechanism: mount
    additionalOptions: {pathOnCompute: /m}
dataReferences:
  up: {dataStoreName: blob, mode: upload, pathOnCompute: ../out}
history: yes
"""
    project(tmp_path, {"p.runconfig": text})
    made = made_of(tmp_path, "p.runconfig")
    run = document_of(tmp_path)["runs"]["p"]
    assert run["framework"] == "pytorch"
    assert run["resources"] == {"nodes": 2, "processes_per_node": 4, "shm_size": {"bytes": 2**30}}
    assert run["outputs"] == {"model_dir": "outputs/model-dir"}
    assert run["command"][2:] == [
        "--out",
        {"join": [{"output": "model_dir"}]},
        "cost$AZUREML_DATAREFERENCE_none",
    ]
    assert run["variables"] == {"OMP_NUM_THREADS": "4"}
    told = {what for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert {
        "maxRunDurationSeconds: soon",
        "dataReferences.up",
        "history: yes",
        "docker.arguments",
        "arguments",
    } <= told
    assert "environment" in {what for outcome, what, _ in losses(made) if outcome == "changed"}


def test_a_dollar_before_what_is_filled_in(tmp_path: Path) -> None:
    text = """\
script: a.py
arguments: ['x$$AZUREML_DATAREFERENCE_d"\\']
environment: {python: {userManagedDependencies: true}}
dataReferences: {d: {dataStoreName: s, mode: download}}
"""
    project(tmp_path, {"p.runconfig": text, "a.py": ""})
    made_of(tmp_path, "p.runconfig")
    assert document_of(tmp_path)["runs"]["p"]["command"][2] == {"join": ["x$", {"input": "d"}, '"\\']}


def test_no_credential_comes_over(tmp_path: Path) -> None:
    token = "hf_" + "aB3dE5gH7jK9" * 3
    text = f"script: a.py\narguments: [--key, {token}, --n, 3]\nenvironment: {{name: x, version: 2}}\nsurprise: {token}\n"
    text += f"environmentVariables: {{A: {token}}}\n"
    project(tmp_path, {"p.runconfig": text, "a.py": ""})
    made = made_of(tmp_path, "p.runconfig")
    assert token not in made.text + str(made.report)
    assert 'command     = ["python", "a.py", "--key", "--n", "3"]' in made.text


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("azureml_environment.json", b"", "E1302"),
        ("azureml_environment.json", b"[]", "E1302"),
        ("azureml_environment.json", b"{}", "E1302"),
        ("azureml_environment.json", b'{"name": "x",}', "E1302"),
        ("azureml_environment.json", b'{"name": "x"', "E1302"),
        ("azureml_environment.json", b'{"name": "x\\q"}', "E1302"),
        ("azureml_environment.json", b'{"a":' * 5000, "E1302"),
        ("azureml_environment.json", b"\0\1\2\xff\xfe", "E1301"),
        ("azureml_environment.json", b'{"name": "' + b"x" * 20_000_001 + b'"}', "E1301"),
        ("x.runconfig", b"", "E1303"),
        ("x.runconfig", b"just text", "E1302"),
        ("x.runconfig", b"script: [", "E1302"),
        ("x.runconfig", b"other: 1\n", "E1302"),
        ("x.runconfig", b"a: &a [*a]\n", "E1302"),
        ("x.runconfig", b"? [a]\n: b\n", "E1302"),
        ("x.runconfig", b"[" * 100_000, "E1302"),
    ],
)
def test_what_is_no_such_file(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    project(tmp_path, {name: content})
    with pytest.raises(Failure) as raised:
        made_of(tmp_path, name)
    assert raised.value.diagnostics[0].code == code


def test_a_folder_without_any(tmp_path: Path) -> None:
    project(tmp_path, {"x.txt": ""})
    with pytest.raises(Failure, match=r"neither .* nor"):
        made_of(tmp_path, ".")


def test_ten_megabytes(tmp_path: Path) -> None:
    variables = {f"V{number}": "x" * 1000 for number in range(9000)}
    with pytest.raises(Failure, match="more than a spec"):
        environment_of(tmp_path, saved(environmentVariables=variables))


def test_halves_of_characters(tmp_path: Path) -> None:
    inline = {"dependencies": ["python=3.8", {"pip": ["x==1 # \ud83d\ude00 \\ud83d"]}]}
    content = saved(python={"condaDependencies": inline}, environmentVariables={"A": "\ud83d\ude00"})
    environment, made = environment_of(tmp_path, content)
    made.text.encode()
    assert environment["variables"]["A"] == "\U0001f600"
    with pytest.raises(Failure, match="half of a character"):
        environment_of(tmp_path, saved(environmentVariables={"A": "\ud83d"}))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted(
    [
        "name",
        "version",
        "python",
        "docker",
        "spark",
        "environmentVariables",
        "userManagedDependencies",
        "interpreterPath",
        "condaDependencies",
        "condaDependenciesFile",
        "dependencies",
        "channels",
        "pip",
        "baseImage",
        "baseDockerfile",
        "platform",
        "os",
        "architecture",
        "baseImageRegistry",
        "address",
        "username",
        "arguments",
        "shmSize",
        "enabled",
        "packages",
        "group",
        "repositories",
        "precachePackages",
        "r",
        "databricks",
        "script",
        "command",
        "target",
        "framework",
        "communicator",
        "nodeCount",
        "mpi",
        "processCountPerNode",
        "pytorch",
        "processCount",
        "history",
        "outputCollection",
        "directoriesToWatch",
        "data",
        "dataReferences",
        "outputData",
        "dataLocation",
        "dataset",
        "id",
        "environmentVariableName",
        "mode",
        "environment",
        "maxRunDurationSeconds",
        "hdi",
        "amlcompute",
        "configuration",
        "useDocker",
        "x",
    ]
)
TREES = st.recursive(
    ANYTHING,
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=6) | st.lists(inner, max_size=2),
    max_leaves=25,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(root=st.dictionaries(st.sampled_from(KEYS), TREES, min_size=1, max_size=8), as_run=st.booleans())
def test_wrong_types_at_every_key(tmp_path: Path, root: dict[str, Any], as_run: bool) -> None:
    name = "any.runconfig" if as_run else "azureml_environment.json"
    project(tmp_path, {name: json.dumps(root)})
    try:
        made = import_spec("azureml-v1", tmp_path / name, output=tmp_path / "made.envspec")
    except Failure as failure:
        assert failure.diagnostics[0].code in {"E1301", "E1302", "E1303"}
        return
    made.text.encode()
    (tmp_path / "made.envspec").write_text(made.text)
    _, errors = compiled(tmp_path)
    assert [error for error in errors if "registered" not in error[1]] == []
