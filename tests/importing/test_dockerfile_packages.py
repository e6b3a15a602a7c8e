"""What the steps of a Dockerfile install, and with which tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.dockerfiles import pip_of, read, the
from tests.importing.imported import compiled, environment_of, imported, project, reasons


def test_conda(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "FROM condaforge/miniforge3:24.3.0-0\nCOPY environment.yml /tmp/e.yml\n"
        "RUN conda config --add channels bioconda && mamba env update -n base -f /tmp/e.yml && conda clean -afy\n"
        "RUN conda install -y -c pytorch faiss-cpu=1.8 'numpy>=1.26,<2' && conda run -n base pip install attrs\n"
        'SHELL ["conda", "run", "-n", "base", "/bin/bash", "-c"]\n'
        'CMD ["conda", "run", "--no-capture-output", "-n", "base", "python", "-m", "app.main"]\n',
        **{
            "environment.yml": "channels: [conda-forge]\ndependencies: [python=3.11, samtools, pip: [mlflow]]\n"
        },
    )
    environment = the(tmp_path)
    assert (
        environment["channels"] == ["conda-forge", "bioconda", "pytorch"]
        or environment["channels"][0] == "bioconda"
    )
    assert [one["spec"] for one in environment["conda"]] == [
        "python 3.11.*", "samtools", "faiss-cpu 1.8.*", "numpy >=1.26,<2",
    ]  # fmt: skip
    assert pip_of(tmp_path) == ["mlflow", "attrs"]
    assert the(tmp_path, "runs")["command"] == ["python", "-m", "app.main"]
    assert "run main {" in made.text


def test_packages_of_sources_of_ones_own_stay_in_their_script(tmp_path: Path) -> None:
    read(
        tmp_path,
        "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y gnupg python3-pip\n"
        "RUN add-apt-repository ppa:x/y && apt-get update && apt-get install -y special\nRUN pip3 install attrs\n",
    )
    environment = the(tmp_path)
    assert environment["apt"] == ["gnupg", "python3-pip"]
    assert environment["python"] == "3.10"
    assert environment["docker"]["run"] == [
        "add-apt-repository ppa:x/y && \\\napt-get update && \\\napt-get install -y special\n"
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("pip install 'a==1' b~=2.0", ["a==1", "b~=2.0"]),
        ("python3 -m pip install --no-cache-dir -U a==1", ["a==1"]),
        ("uv pip install --system a==1", ["a==1"]),
        ('["pip", "install", "a==1"]', ["a==1"]),
        ("/opt/conda/bin/pip install a==1 || true", ["a==1"]),
        ("pip install a==1 > /dev/null 2>&1", ["a==1"]),
        ("set -ex; pip install a==1; pip install b==2", ["a==1", "b==2"]),
        ("sudo -H pip3.11 install a==1", ["a==1"]),
        ("pip install --index-url https://packages.example/simple a==1", ["a==1"]),
        ("V=1 && export W=2 && pip install a==$W", ["a==2"]),
        ("pip install git+https://git.example/x/y.git@v1", ["y @ git+https://git.example/x/y.git@v1"]),
        (
            "pip install https://files.example/w-1.0-py3-none-any.whl",
            ["w @ https://files.example/w-1.0-py3-none-any.whl"],
        ),
        ("pip install pip setuptools wheel a==1", ["a==1"]),
    ],
)
def test_pip_in_all_its_forms(step: str, expected: list[str], tmp_path: Path) -> None:
    read(tmp_path, f"FROM python:3.12\nRUN {step}\n")
    assert pip_of(tmp_path) == expected
    assert "run" not in the(tmp_path)["docker"]


@pytest.mark.parametrize(
    ("step", "what", "reason"),
    [
        ("pip install a>=1", ">=1", "the shell reads it as the name of a file: quote the requirement"),
        ("pip install a==$NOPE", "pip install a==$NOPE", "what it installs is known only when it runs"),
        ("pip install $(cat list)", "pip install $(cat list)", "what it installs is known only when it runs"),
        (
            "if true; then pip install a; fi",
            "if true; then pip install a; fi",
            "it is more than a list of commands",
        ),
        ("pip install -r gone.txt", "-r gone.txt", "nothing of the project is at that path"),
        ("pip install --no-deps a==1", "--no-deps", "what a package needs comes with it"),
        ("apt-get upgrade -y", "apt-get upgrade -y", "versions are those of the base image"),
        ("apt-get install -y Bad_Name", "Bad_Name", "`Bad_Name` is not the name of a Debian package"),
        ("poetry install --no-root", "poetry install --no-root", "what poetry installs"),
        ("uv sync --frozen", "uv sync --frozen", "nothing of the project is at that path"),
        ("curl -H 'x: ghp_0123456789abcdefghijABCDEFGHIJ012345'", "a script", "it has a credential in it"),
    ],
)
def test_what_is_told(step: str, what: str, reason: str, tmp_path: Path) -> None:
    made = read(tmp_path, f"FROM python:3.12\nRUN {step}\n")
    assert reasons(made)[what].startswith(reason)
    assert compiled(tmp_path)[1] == []
    assert "ghp_" not in made.text + repr(made.report)


def test_uv_sync_takes_the_project(tmp_path: Path) -> None:
    read(
        tmp_path,
        "FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim\nWORKDIR /app\n"
        "RUN --mount=type=bind,source=pyproject.toml,target=pyproject.toml uv sync --locked --no-install-project\n"
        'COPY . /app\nCMD ["uv", "run", "--no-sync", "python", "main.py"]\n',
        **{
            "pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = ["attrs>=23"]\n',
            "main.py": "",
        },
    )
    assert pip_of(tmp_path) == ["attrs>=23"]
    assert the(tmp_path)["python"] == "3.12"
    assert the(tmp_path, "runs")["command"] == ["python", "main.py"]


def test_what_another_tool_installs_names_the_kind_that_reads_it(tmp_path: Path) -> None:
    made = imported(
        "dockerfile", project(tmp_path, {"Dockerfile": "FROM python:3.12\nRUN pipenv install --deploy\n"})
    )
    assert "`envspec import pipfile`" in reasons(made)["pipenv install --deploy"]


def test_caches_that_find_takes_away(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12\nRUN apt-get install -y curl && find /var/cache/apt /var/lib/apt/lists -type f -delete\n"
        "RUN find /opt/app -name x -delete\n"
    )
    made = imported("dockerfile", project(tmp_path, {"Dockerfile": text}))
    environment = environment_of(tmp_path)
    assert (environment["apt"], environment["docker"]["run"]) == (["curl"], ["find /opt/app -name x -delete"])
    assert (
        reasons(made)["find /var/cache/apt /var/lib/apt/lists -type f -delete"] == "an image keeps no caches"
    )
