"""`devcontainer` and `binder`: the container that an editor or a hub makes of the spec."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.exporting.exported import HOSTILE, exported, project, quoted, written
from tests.exporting.shown import program, seen

LIB = {"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n'}


def document(text: str) -> dict[str, Any]:
    """JSON with a comment on its first line."""
    head, _, body = text.partition("\n")
    assert head.startswith("// ")
    found: dict[str, Any] = json.loads(body)
    return found


def substituted(text: str) -> str:
    """What a devcontainer tool makes of a string: `${localEnv:NAME}` and its like, others stay."""
    return re.sub(
        r"\$\{(localEnv|env|containerEnv|localWorkspaceFolder|containerWorkspaceFolder)(:[^}]*)?\}",
        "FILLED IN",
        text,
    )


def test_pip_packages_are_installed_into_the_base_image(tmp_path: Path) -> None:
    spec = """
secret token { variable = "MY_TOKEN" }
secret other { keyring = "a/b" }
index corp { url = "https://pypi.corp.example/simple" }
environment e {
    python    = ">=3.11"
    pip       = ["six>=1 ; python_version < '3.13'", "-e ./lib"]
    indexes   = [corp]
    apt       = ["git"]
    variables = { A = "1", TOKEN = secret.token, OTHER = secret.other }
    docker {
        run      = ["echo \\"a\\" > '/x y'\\nldconfig"]
        shm_size = 1GiB
        labels   = { a = "b" }
    }
}
"""
    made = exported(project(tmp_path, spec, **LIB), "devcontainer")
    found = document(made.text)
    assert found["image"] == "python:3.11-slim"
    commands = found["onCreateCommand"].split(" && ")
    assert commands[:2] == ["apt-get update", "apt-get install --yes --no-install-recommends git"]
    assert shlex.split(found["onCreateCommand"])[-3:] == ["/bin/sh", "-c", "echo \"a\" > '/x y'\nldconfig"]
    assert shlex.split(found["updateContentCommand"]) == [
        "python3", "-m", "pip", "install", "--extra-index-url", "https://pypi.corp.example/simple",
        'six>=1 ; python_version < "3.13"', "-e", "./lib",
    ]  # fmt: skip
    assert found["containerEnv"] == {"A": "1"}
    assert found["remoteEnv"] == {"TOKEN": "${localEnv:MY_TOKEN}"}
    assert set(found["secrets"]) == {"OTHER"}
    assert found["runArgs"] == ["--shm-size=1073741824"]
    assert [loss.split(":")[0] for loss in made.losses] == ["`python` (`>=3.11`)", "`docker.labels` (`a`)"]


def test_conda_packages_are_an_environment_of_their_own(tmp_path: Path) -> None:
    spec = 'environment e { python = "3.12", conda = ["numpy >=1"], pip = ["six"], channels = ["conda-forge", "bioconda"] }'
    made = exported(project(tmp_path, spec), "devcontainer")
    found = document(made.text)
    assert found["image"] == "condaforge/miniforge3:latest"
    create, install = found["updateContentCommand"].split(" && ")
    assert shlex.split(create) == [
        "conda", "create", "--yes", "--name", "e", "--override-channels", "--channel", "conda-forge", "--channel",
        "bioconda", "python 3.12.*", "numpy >=1", "pip",
    ]  # fmt: skip
    assert install == "conda run --name e python3 -m pip install six"
    assert made.losses == ("the interpreter: choose `/opt/conda/envs/e/bin/python` in the editor",)


def test_a_base_of_its_own_is_the_base(tmp_path: Path) -> None:
    spec = """
environment d { pip = ["six"], docker { dockerfile = "./docker/Dockerfile", arguments = { A = "$B" } } }
environment i { conda = ["numpy"], docker { image = "debian:12" } }
environment m { managed = false, interpreter = "python3", docker { image = "debian:12" } }
environment g { conda = ["numpy"], docker { cuda = "12.4" } }
"""
    folder = project(tmp_path, spec, **{"docker/Dockerfile": "FROM python:3.12\n"})
    found = document(
        exported(folder, "devcontainer", "d", output=folder / ".devcontainer" / "devcontainer.json").text
    )
    assert found["build"] == {
        "dockerfile": "../docker/Dockerfile",
        "context": "../docker",
        "args": {"A": "$B"},
    }
    found = document(exported(folder, "devcontainer", "i").text)
    assert (found["image"], list(found["features"])) == (
        "debian:12",
        ["ghcr.io/devcontainers/features/conda:1"],
    )
    assert document(exported(folder, "devcontainer", "m").text) == {"name": "m", "image": "debian:12"}
    found = document(exported(folder, "devcontainer", "g").text)
    assert "cuda" in found["image"] and found["hostRequirements"] == {"gpu": "optional"}


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_of_a_devcontainer_is_a_text(tmp_path: Path, value: str) -> None:
    bin_ = program(tmp_path / "bin")
    scripts = f"""docker {{ run = [{quoted(f"show {shlex.quote(value)}")}] }}"""
    spec = f'environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }}\n {scripts} }}'
    made = exported(project(tmp_path, spec), "devcontainer")
    found = document(made.text)
    if "${localEnv:" in value:
        assert "containerEnv" not in found
        assert made.losses[-1].startswith("`A`: devcontainer.json would put something else")
    else:
        assert substituted(found["containerEnv"]["A"]) == value
    arguments, _, _ = seen(["/bin/sh", "-c", substituted(found["onCreateCommand"])], tmp_path, bin_)
    assert arguments == [value]


def test_a_binder_has_the_files_that_repo2docker_reads(tmp_path: Path) -> None:
    spec = """
environment web {
    python    = "3.11"
    pip       = ["six", "./lib"]
    apt       = ["git", "libgomp1=1.2"]
    variables = { A = "1" }
    docker { run = ["true"] }
}
environment science { python = "3.12", conda = ["numpy"], pip = ["six", "./lib"], variables = { A = "1" } }
"""
    folder = project(tmp_path, spec, **LIB)
    made = exported(folder, "binder", "web", output=folder / "binder")
    assert {name: text for name, text in made.files.items() if name not in ("start", "postBuild")} == {
        "requirements.txt": "# Made by `envspec export binder web`.\nsix\n./lib\n",
        "runtime.txt": "python-3.11\n",
        "apt.txt": "git\nlibgomp1=1.2\n",
    }
    assert made.losses == (
        "`docker.run`: postBuild runs at the end and not as root; what needs root fails there",
    )
    made = exported(folder, "binder", "science", output=folder / "binder")
    assert set(made.files) == {"environment.yml", "start"}
    assert yaml.safe_load(made.files["environment.yml"]) == {
        "name": "science", "channels": ["conda-forge"],
        "dependencies": ["python 3.12.*", "numpy", "pip", {"pip": ["six", "../lib"]}],
    }  # fmt: skip
    assert made.losses == ()


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_of_a_binder_is_a_text(tmp_path: Path, value: str) -> None:
    bin_ = program(tmp_path / "bin")
    scripts = f"""docker {{ run = [{quoted(f"show {shlex.quote(value)}")}] }}"""
    spec = f'environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }}\n {scripts} }}'
    folder = written(exported(project(tmp_path, spec), "binder"), tmp_path / "binder")
    assert seen(["/bin/sh", str(folder / "start"), "show", "x"], tmp_path, bin_)[1]["A"] == value
    assert seen(["/bin/sh", str(folder / "postBuild")], tmp_path, bin_)[0] == [value]
