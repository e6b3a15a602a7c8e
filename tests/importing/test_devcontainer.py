"""`devcontainer.json` as people write it, with comments and trailing commas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported
from envspec.diagnostics import Failure
from tests.importing.imported import compiled, environment_of, imported, project, reasons

LONG = r"""// For format details, see https://aka.ms/devcontainer.json.
{
    "name": "Wine Lab (GPU)",
    /* the platform team's image
       "image": "never" */
    "image": "mcr.microsoft.com/devcontainers/python:1-3.12-bookworm",
    "features": {
        "ghcr.io/devcontainers/features/nvidia-cuda:1": { "cudaVersion": "12.4", "installCudnn": true },
        "ghcr.io/rocker-org/devcontainer-features/apt-packages:1": { "packages": "libgomp1,git jq", },
        "ghcr.io/devcontainers/features/conda:1": {},
        "ghcr.io/devcontainers/features/terraform@sha256:0123": "latest",
    },
    "containerEnv": { "OMP_NUM_THREADS": "4", "API_TOKEN": "hunter2hunter2", "DATA": "${containerWorkspaceFolder}/d" },
    "remoteEnv": {
        "HF_TOKEN": "${localEnv:HF_TOKEN}", // from the laptop
        "PATH": "/x:${containerEnv:PATH}",
        "GONE": null,
    },
    "runArgs": ["--gpus", "all", "--shm-size=2g", "--ipc=host", "-e", "MODE=a b"],
    "hostRequirements": { "cpus": 4, "memory": "8gb", "gpu": "optional" },
    "forwardPorts": [8888, "db:5432"],
    "onCreateCommand": { "one": "pip install attrs==23.1", "two": ["pip", "install", "tqdm==4.66"] },
    "postCreateCommand": "pip install --user -r requirements.txt && pip install -e . && pre-commit install",
    "customizations": { "vscode": { "extensions": ["ms-python.python"] } },
    "remoteUser": "vscode",
    "madeUp": [1, { "a": "\u00e9\ud83d\ude00" }],
}
"""


def read(folder: Path, text: str, **files: str) -> Imported:
    others = {name.replace("_txt", ".txt"): content for name, content in files.items()}
    return imported("devcontainer", project(folder, {".devcontainer/devcontainer.json": text, **others}))


def test_a_long_one(tmp_path: Path) -> None:
    made = read(tmp_path, LONG, requirements_txt="numpy==1.26.4\n", **{"setup.py": ""})
    environment = environment_of(tmp_path)
    assert environment["name"] == "wine-lab-gpu"
    assert environment["python"] == "3.12"
    assert environment["apt"] == ["libgomp1", "git", "jq"]
    assert [one["text"] for one in environment["pip"]] == ["attrs==23.1", "tqdm==4.66", "numpy==1.26.4", "."]
    docker = environment["docker"]
    assert docker["image"] == "mcr.microsoft.com/devcontainers/python:1-3.12-bookworm"
    assert (
        docker["cuda"] == "12.4"
        and docker["user"] == "vscode"
        and docker["shm_size"] == {"bytes": 2 * 1024**3}
    )
    assert environment["variables"] == {
        "OMP_NUM_THREADS": "4", "API_TOKEN": {"secret": "api-token"}, "HF_TOKEN": {"secret": "hf-token"}, "MODE": "a b",
    }  # fmt: skip
    assert "hunter2" not in made.text + repr(made.report)


def test_every_property_is_told_with_its_line(tmp_path: Path) -> None:
    made = read(tmp_path, LONG, requirements_txt="numpy==1.26.4\n", **{"setup.py": ""})
    told = {line.line for line in made.report.lines if line.file.endswith("devcontainer.json")}
    properties = {
        number for number, line in enumerate(LONG.splitlines(), start=1) if line.strip().startswith('"')
    }
    inside_of_a_comment = {5}
    assert (
        properties - inside_of_a_comment - {7, 14} <= told
    )  # of `features` and `remoteEnv` each entry has its own
    because = reasons(made)
    assert because["--gpus all"] == "a run asks for GPUs in `resources`"
    assert because["hostRequirements.cpus 4"] == "a run says in `resources` what it needs"
    assert because["madeUp"] == "the specification has no such property"
    assert because["PATH /x:${containerEnv:PATH}"] == "its value is known only in the container"


def test_a_dockerfile(tmp_path: Path) -> None:
    read(
        tmp_path,
        '{"build": {"dockerfile": "Dockerfile", "context": "..", "args": {"V": "3.12"}, "target": "dev", "options": []}}',
        **{".devcontainer/Dockerfile": "ARG V=3.9\nFROM python:${V} AS dev\nCOPY requirements.txt .\n"
           "RUN pip install -r requirements.txt\nFROM dev\nRUN pip install never\n", "requirements.txt": "a==1\n"},
    )  # fmt: skip
    environment = environment_of(tmp_path)
    assert environment["python"] == "3.12"
    assert [one["text"] for one in environment["pip"]] == ["a==1"]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [('{"ghcr.io/devcontainers/features/python:1": {"version": "3.11"}}', "3.11"),
     ('{"ghcr.io/devcontainers/features/python:1": "3.11"}', "3.11"),
     ('{"ghcr.io/devcontainers/features/python:1": {"version": "os-provided"}}', None),
     ('{"python": 7}', None), ("[]", None)],
)  # fmt: skip
def test_the_feature_of_python(feature: str, expected: str | None, tmp_path: Path) -> None:
    made = read(tmp_path, f'{{"image": "debian:12", "features": {feature}}}')
    assert environment_of(tmp_path).get("python") == expected
    assert made.report.lines


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "{", '{"a": }', '{"a" 1}', '{"a": 1 "b": 2}', '{"a": "x', "{} {}", '{"a": ' + "[" * 100, "/* {}",
     '{"a": "\\x"}', "\0", '{"a": tru}', '{a: 1}', "{,}"],
)  # fmt: skip
def test_no_devcontainer(text: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        read(tmp_path, text)
    assert failure.value.diagnostics[0].code in ("E1301", "E1302")


def test_ten_megabytes(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        read(tmp_path, '{"a": "' + "x" * 10_000_000 + '"}')
    assert failure.value.diagnostics[0].code == "E1302"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10)
    | st.sampled_from(["python:3.12", "pip install a && b", "${localEnv:X}", "--shm-size=1g", "1000:1000", "../Dockerfile"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["dockerfile", "context", "args", "target", "version", "packages", "X"]), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(document=st.dictionaries(st.sampled_from(
    ["name", "image", "build", "dockerFile", "context", "features", "containerEnv", "remoteEnv", "runArgs",
     "hostRequirements", "postCreateCommand", "onCreateCommand", "remoteUser", "containerUser", "forwardPorts",
     "secrets", "customizations"]), JSON))  # fmt: skip
def test_properties_of_any_type(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    made = read(folder, json.dumps(document), Dockerfile="FROM python:3.12\nRUN pip install a\n")
    assert compiled(folder)[1] == []
    assert made.text
