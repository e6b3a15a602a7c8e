"""Everything that a spec says is in what is written, or a sentence says that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.exporting.fields import DOCKER, IN_THE_IMAGE
from envspec.exporting.interface import Export
from envspec.exporting.table import KINDS
from envspec.exporting.words import CellRef, matrix_of
from envspec.ir.types import Run
from envspec.language import attributes
from tests.exporting.exported import exported, project

SPEC = """
secret token { variable = "TOKEN_SOURCE" }
index corp { url = "https://pypi.corp.example/simple" }
channel own { url = "https://conda.corp.example/stable" }
environment e {
    python      = ">=3.11,<3.13"
    channels    = [own]
    conda       = ["numpy"]
    pip         = ["six", "./lib"]
    constraints = ["./constraints.txt"]
    indexes     = [corp]
    apt         = ["git"]
    variables   = { PLAIN = "marker-plain", HIDDEN = secret.token }
    lock_platforms = ["darwin/arm64"]
    docker {
        IMAGE
        registry  = "registry.example/marker"
        cuda      = "12.4"
        user      = "7:8"
        platforms = ["linux/arm64"]
        shm_size  = 64MiB
        arguments = { ARGUMENT = "marker-argument" }
        labels    = { label = "marker-label" }
        run       = ["marker-run"]
    }
    spark { packages = ["org.marker:spark:1"] }
}
run r {
    environment = e
    source      = "src"
    command     = ["marker-command", inputs.i, outputs.o]
    inputs      = { i = "./data.csv" }
    outputs     = { o = "marker-output" }
    variables   = { RUN_PLAIN = "marker-run-plain", RUN_HIDDEN = secret.token }
    resources   { cpu = 3, memory = 5GiB, gpu = 6, shm_size = 7MiB, nodes = 8, processes_per_node = 9, machine = "marker-m" }
    timeout     = 77s
    retries     = 5
    target      = docker
    history     = false
    snapshot    = false
    framework   = "marker-framework"
}
model m { from = "./data.csv" }
endpoint marker-endpoint { auth = secret.token }

deployment d {
    environment = e
    source      = "src"
    entry       = "marker_score.py"
    models      = [m]
    port        = 9999
    replicas    = 4
    variables   = { SERVE_PLAIN = "marker-serve", SERVE_HIDDEN = secret.token }
    resources   { cpu = 3, memory = 5GiB, gpu = 6, shm_size = 7MiB, machine = "marker-server" }
    health      { start_period = 61s, interval = 11s, timeout = 6s, retries = 4 }
    sample      = "./data.csv"
    auth        = secret.token
    limits      { timeout = 61s, body = 11MiB, concurrency = 2 }
    endpoint    = marker-endpoint
    traffic     = 44
    target      = docker
}
"""
FILES = {
    "lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n', "constraints.txt": "urllib3<2\n", "data.csv": "1",
    "src/marker_score.py": "def init(): ...\ndef run(data): return data\n", "docker/Dockerfile": "FROM debian:12\n",
}  # fmt: skip

ENVIRONMENT = {
    "python": ">=3.11,<3.13", "channels": "conda.corp.example", "conda": "numpy", "pip": "six", "paths": "/lib",
    "constraints": "urllib3", "indexes": "pypi.corp.example", "apt": "git", "variables": "marker-plain",
    "docker.image": "debian:bookworm", "docker.dockerfile": "docker/Dockerfile", "docker.registry": "example/marker",
    "docker.cuda": "12.4", "docker.user": "7:8", "docker.platforms": "linux/arm64", "docker.shm_size": "67108864",
    "lock_platforms": "darwin/arm64",
    "docker.arguments": "marker-argument", "docker.labels": "marker-label", "docker.run": "marker-run",
    "spark": "org.marker",
}  # fmt: skip
RUN = {
    "source": "src", "command": "marker-command", "inputs": "data.csv", "outputs": "marker-output",
    "variables": "marker-run-plain",
    "resources.cpu": "cpu: '3'", "resources.memory": "5Gi", "resources.gpu": "gpu: '6'", "resources.shm_size": "7340032",
    "resources.machine": "instance_type: marker-m",
    "resources.nodes": "instance_count: 8", "resources.processes_per_node": "process_count_per_instance: 9",
    "timeout": "77", "retries": "backoffLimit: 5", "target": "", "history": "-", "snapshot": "-",
    "framework": "marker-framework",
}  # fmt: skip
DEPLOYMENT = {
    "source": "src", "entry": "marker_score.py", "models": "m", "port": "9999", "replicas": "4", "variables": "marker-serve",
    "resources.cpu": "3", "resources.memory": "5", "resources.gpu": "6", "resources.shm_size": "7340032",
    "resources.machine": "instance_type: marker-server", "health": "61",
    "sample": "", "endpoint": "marker-endpoint", "auth": "token", "limits": "61", "traffic": "44", "target": "",
}  # fmt: skip


def text_of(made: Export) -> str:
    return made.text + "".join(made.files.values())


def untold(made: Export, wanted: dict[str, str]) -> set[str]:
    """The attributes of which neither the text nor a sentence says anything."""
    text, told = text_of(made), "\n".join(made.losses)
    told = told.replace("local packages of `pip`", "`paths`")
    return {name for name, marker in wanted.items() if marker not in text and f"`{name}`" not in told}


def folder_with(tmp_path: Path, base: str) -> Path:
    return project(tmp_path, SPEC.replace("IMAGE", base), **FILES)


@pytest.mark.parametrize("base", ['image = "debian:bookworm"', 'dockerfile = "./docker/Dockerfile"'])
@pytest.mark.parametrize("kind", [kind for kind, row in KINDS.items() if not row.locked])
def test_nothing_of_an_environment_is_lost_in_silence(tmp_path: Path, kind: str, base: str) -> None:
    made = exported(folder_with(tmp_path, base), kind)
    other = "docker.dockerfile" if "image" in base else "docker.image"
    wanted = {name: marker for name, marker in ENVIRONMENT.items() if name != other}
    if kind in ("compose", "kubernetes"):
        wanted = {name: marker for name, marker in wanted.items() if name not in IN_THE_IMAGE}
    if kind in ("conda", "pip"):
        wanted["constraints"] = "-c ./constraints.txt"
    if kind == "conda":
        wanted |= {"docker.platforms": "linux-aarch64", "lock_platforms": "osx-arm64"}  # as conda calls them
    if kind == "azureml":
        wanted |= {other: "", "docker.dockerfile": "build:" if other == "docker.image" else ""}
    if kind in ("azureml", "compose", "kubernetes"):
        wanted.pop("docker.shm_size", None)  # that of the run or deployment counts
    assert untold(made, wanted) == set()
    told = "\n".join(made.losses)
    assert "HIDDEN" in text_of(made) + told and "`token`" in told + "".join(
        f"`{word}`" for word in ("token",) if kind in ("devcontainer", "compose")
    )


@pytest.mark.parametrize("kind", ["mlproject", "kubernetes", "github-actions", "azureml"])
def test_nothing_of_a_run_is_lost_in_silence(tmp_path: Path, kind: str) -> None:
    made = exported(folder_with(tmp_path, 'image = "debian:bookworm"'), kind)
    wanted = dict(RUN)
    if kind == "azureml":
        wanted |= {"resources.shm_size": "7m", "outputs": "outputs:"}
    if kind == "kubernetes":
        wanted |= {"source": "work-r"}
    if kind == "github-actions":
        wanted |= {"timeout": "timeout-minutes: 2"}
    assert untold(made, wanted) == set()
    assert "RUN_HIDDEN" in text_of(made) + "\n".join(made.losses)


@pytest.mark.parametrize("kind", ["compose", "kubernetes", "azureml"])
def test_nothing_of_a_deployment_is_lost_in_silence(tmp_path: Path, kind: str) -> None:
    made = exported(folder_with(tmp_path, 'image = "debian:bookworm"'), kind)
    wanted = dict(DEPLOYMENT)
    if kind != "azureml":  # they are in the image
        wanted |= {"source": "", "entry": ""}
    if kind == "azureml":
        wanted |= {"models": "data.csv", "auth": ""}
    assert untold(made, wanted) == set()
    assert "SERVE_HIDDEN" in text_of(made) + "\n".join(made.losses)


def test_these_are_the_attributes_of_the_language() -> None:
    """Whoever adds one finds out here that exporters have to know it."""
    plain = {"description", "tags", "matrix", "environment"}
    files = {"conda_file", "requirements", "pyproject"}  # their entries are in other attributes
    environment = {row.name for row in attributes.ENVIRONMENT.attributes} - plain - files
    told = {name.split(".")[0] for name in ENVIRONMENT} - {"paths"}
    assert environment - {"managed", "interpreter"} == told
    assert {f"docker.{row.name}" for row in attributes.DOCKER.attributes} == set(DOCKER)
    resources = {f"resources.{row.name}" for row in attributes.RESOURCES.attributes}
    assert resources == {name for name in RUN if name.startswith("resources.")}
    run = {row.name for row in attributes.RUN.attributes} - plain - {"shell", "resources"}
    assert run == {name for name in RUN if "." not in name}
    deployment = {row.name for row in attributes.DEPLOYMENT.attributes} - plain - {"resources"}
    assert deployment == {name for name in DEPLOYMENT if "." not in name}


def cell(number: int, command: tuple[str, ...], **values: str | float | bool) -> Run:
    return Run(f"r-{number}", "r", "e", cell=values, command=command)


def test_a_matrix_is_found_again_in_its_cells() -> None:
    cells = [
        cell(a * 2 + b, ("x", f"--a=0.{a}0.{b}", f"{b}0.{a}{b}"), a=float(f"0.{a}"), b=b)
        for a in (1, 2)
        for b in (0, 1)
    ]
    matrix = matrix_of(cells)
    assert matrix is not None
    assert matrix.command[1] == ("--a=", CellRef("a"), "0.", CellRef("b"))
    assert matrix.command[2] == (CellRef("b"), CellRef("a"), CellRef("b"))


@pytest.mark.parametrize(
    "cells",
    [
        [cell(1, ("x", "1"), a=1), cell(2, ("x", "3"), a=2)],
        [cell(1, ("x",), a=1), cell(2, ("x", "y"), a=2)],
        [cell(1, ("1", "1"), a=1, b=1), cell(2, ("2", "2"), a=2, b=2)],
        [cell(1, ("x" * 500 + "1",), a="x", b="y"), cell(2, ("x" * 500 + "2",), a="xx", b="y")],
        [Run("r", "r", "e", command=("x",))],
    ],
)
def test_what_is_no_full_matrix_is_none(cells: list[Run]) -> None:
    assert matrix_of(cells) is None


@pytest.mark.parametrize("kind", ["mlproject", "kubernetes", "github-actions", "azureml"])
def test_what_a_run_takes_from_one_that_waits_for_a_param_is_told(tmp_path: Path, kind: str) -> None:
    spec = """
param size : integer
environment e { pip = ["six"] }
run first { environment = e, command = ["x", param.size], outputs = { o = "out.bin" } }
run second { environment = e, command = ["y", inputs.i], inputs = { i = run.first.outputs.o } }
model m { from = run.first.outputs.o }
deployment d { environment = e, source = "src", entry = "marker_score.py", models = [m] }
"""
    made = exported(project(tmp_path, spec, **FILES), kind)
    told = "\n".join(made.losses)
    assert "second" in text_of(made)
    assert "first" in told + (text_of(made) if kind == "kubernetes" else "")
