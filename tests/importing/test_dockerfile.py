"""Dockerfiles as people write them: what of them is an environment and a run, and what is told line by line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import dockerfile as another_parser  # type: ignore[import-not-found]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported
from envspec.diagnostics import Failure
from envspec.importing.containers.dockerfile_text import read_dockerfile_text
from tests.importing.imported import compiled, environment_of, imported, project, reasons

TRAINING = r"""# syntax=docker/dockerfile:1.6
# The training image of the wine project
ARG PYTHON_VERSION=3.12
ARG VARIANT=slim-bookworm

FROM node:20 AS frontend
WORKDIR /ui
RUN npm ci

FROM --platform=linux/arm64 python:${PYTHON_VERSION}-${VARIANT} AS base
LABEL org.opencontainers.image.source="https://example.org/wine" \
      team='wine tasting'
ENV PYTHONUNBUFFERED=1 \
    APP_HOME=/app
ENV PATH=$APP_HOME/bin:$PATH
ARG TORCH=2.1.0
# libgomp is for lightgbm
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        # compilers
        build-essential=12.9 \
        libgomp1 git \
    && rm -rf /var/lib/apt/lists/*

FROM base
WORKDIR $APP_HOME
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip pip install --upgrade pip && \
    pip install -r requirements.txt \
      torch==${TORCH} "scikit-learn>=1.3,<2" --extra-index-url https://packages.example/cu121
RUN curl -sSL https://example.org/tool.tar.gz | tar xz -C /usr/local && pip install attrs && tool --init
COPY --chown=1000 . .
RUN chmod +x entry.sh
RUN pip install -e ./lib
RUN useradd -m -u 1001 app
USER app
EXPOSE 8080
COPY --from=frontend /ui/dist /app/static
RUN <<EOT
apt-get update
apt-get install -y jq
echo "$APP_HOME" > /etc/app
EOT
ENTRYPOINT ["tini", "--", "python", "/app/train.py"]
CMD ["--epochs", "3"]
"""


def the(folder: Path, kind: str = "environments") -> dict[str, Any]:
    document, errors = compiled(folder)
    assert errors == []
    (one,) = document[kind].values()
    return one  # type: ignore[no-any-return]


def read(folder: Path, text: str, **files: str) -> Imported:
    others = {
        name.replace("__", "/").replace("_txt", ".txt").replace("_py", ".py"): content
        for name, content in files.items()
    }
    return imported("dockerfile", project(folder, {"Dockerfile": text, **others}))


def pip_of(folder: Path) -> list[str]:
    return [one["text"] for one in the(folder).get("pip", [])]


@pytest.fixture(name="training")
def _training(tmp_path: Path) -> tuple[Path, Imported]:
    files = {"Dockerfile": TRAINING, "requirements.txt": "numpy==1.26.4\npandas>=2\n", "train.py": "", "entry.sh": "",
             "lib/setup.py": ""}  # fmt: skip
    return tmp_path, imported("dockerfile", project(tmp_path, dict(files)))


def test_the_environment(training: tuple[Path, Imported]) -> None:
    folder, made = training
    environment = the(folder)
    assert environment["python"] == "3.12"
    assert environment["apt"] == ["build-essential=12.9", "libgomp1", "git", "jq"]
    assert pip_of(folder) == [
        "numpy==1.26.4",
        "pandas>=2",
        "torch==2.1.0",
        "scikit-learn>=1.3,<2",
        "attrs",
        "lib",
    ]
    assert environment["variables"] == {"PYTHONUNBUFFERED": "1", "APP_HOME": "/app"}
    docker = environment["docker"]
    assert docker["image"] == "python:3.12-slim-bookworm"
    assert docker["platforms"] == ["linux/arm64"]
    assert docker["user"] == "app"
    assert docker["arguments"] == {"TORCH": "2.1.0"}
    assert docker["labels"] == {
        "org.opencontainers.image.source": "https://example.org/wine",
        "team": "wine tasting",
    }
    assert made.text.count("# libgomp is for lightgbm") == 1
    assert made.text.startswith("# The training image of the wine project")


def test_its_scripts_say_where_they_run_and_what_they_read(training: tuple[Path, Imported]) -> None:
    tool, user, app = the(training[0])["docker"]["run"]
    assert tool.splitlines()[-2:] == [
        "curl -sSL https://example.org/tool.tar.gz | tar xz -C /usr/local && \\", "tool --init",
    ]  # fmt: skip
    assert "mkdir -p /app && cd /app" in tool and "export PATH=$APP_HOME/bin:$PATH" in tool
    assert user.endswith("useradd -m -u 1001 app\n") and "cd /app" not in user
    assert app.splitlines() == [
        "export APP_HOME=/app",
        "export PATH=$APP_HOME/bin:$PATH",
        'echo "$APP_HOME" > /etc/app',
    ]


def test_its_run(training: tuple[Path, Imported]) -> None:
    run = the(training[0], "runs")
    assert run["name"] == "train"
    assert run["command"] == ["python", "train.py", "--epochs", "3"]


def test_every_instruction_is_told(training: tuple[Path, Imported]) -> None:
    made = training[1]
    lines = {line.line for line in made.report.lines}
    for command in another_parser.parse_string(TRAINING):
        told = lines & set(range(command.start_line, command.end_line + 1))
        assert told or (command.cmd.upper() == "RUN" and command.start_line + 4 >= 45), command.original
    because = reasons(made)
    assert (
        because["chmod +x entry.sh"]
        == "it needs `entry.sh`, and no file of the project is there when the image is built"
    )
    assert because["FROM node:20 AS frontend"] == "it is in a stage that the last one is not made of"
    assert because["ENV PATH=$APP_HOME/bin:$PATH"] == "an environment puts its own programs on PATH"


def test_the_lines_of_a_long_run(training: tuple[Path, Imported]) -> None:
    lines = {line.what: line.line for line in training[1].report.lines}
    rows = TRAINING.splitlines()
    for what, part in (("torch==2.1.0", "torch=="), ("libgomp1", "apt-get update &&"), ("jq", "install -y jq"),
                       ("rm -rf /var/lib/apt/lists/*", "rm -rf")):  # fmt: skip
        row = next(number for number, text in enumerate(rows, start=1) if part in text)
        assert abs(lines[what] - row) <= 3, what


ODD = [
    "FROM a\nRUN x \\\n  # in between\n\n  y\nCMD z",
    "# escape=`\nFROM a\nRUN x `\n  y\nCOPY a\\b c",
    "# syntax=x\n\n# escape=`\nFROM a\nRUN x \\\n y",
    "  FROM a\n\tRUN x\nrun --mount=type=cache,target=/x --network=host y",
    "FROM a\nRUN <<A <<-'B'\none\nA\n\ttwo\n\tB\nCMD c",
    "FROM a\r\nRUN x \\\r\n  y\r\nCMD z\r\n",
    "FROM a\nRUN echo a \\\\\nCMD b",
    "FROM a\nCOPY <<x /y\n# no comment\nx\nCMD c",
    "FROM a\nRUN cat <<<here\nCMD z",
]


@pytest.mark.parametrize("text", [TRAINING, *ODD])
def test_as_the_parser_of_buildkit_reads_it(text: str) -> None:
    """Words, lines and flags; that parser is Docker's own."""
    expected = another_parser.parse_string(text)
    found = read_dockerfile_text(text).instructions
    assert [(one.word, one.line) for one in found] == [(one.cmd.upper(), one.start_line) for one in expected]
    flags = [[f"--{name}={value}" for name, value in one.flags] for one in found]
    assert flags == [list(one.flags) for one in expected]


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


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("CMD python train.py --lr 0.1", {"command": ["python", "train.py", "--lr", "0.1"]}),
        ("CMD exec python train.py", {"command": ["python", "train.py"]}),
        ("CMD python train.py && python b.py > log", {"shell": "python train.py && python b.py > log"}),
        ('ENTRYPOINT ["python"]\nCMD ["train.py"]', {"command": ["python", "train.py"]}),
        ('CMD ["python", "a.py"]\nENTRYPOINT ["python", "train.py"]', {"command": ["python", "train.py"]}),
        ('CMD ["bash", "-c", "source activate ml && python train.py"]', {"command": ["python", "train.py"]}),
        ('CMD ["sh", "-c", "python train.py --n $N"]', {"shell": "python train.py --n $N"}),
        ("CMD python train.py --home ${HOME_OF:-/x}", {"command": ["python", "train.py", "--home", "/x"]}),
        ('CMD ["/usr/local/bin/python3.12", "train.py"]', {"command": ["python3.12", "train.py"]}),
    ],
)
def test_commands(lines: str, expected: dict[str, Any], tmp_path: Path) -> None:
    read(tmp_path, f"FROM python:3.12\nWORKDIR /srv\nCOPY . .\n{lines}\n", train_py="")
    run = the(tmp_path, "runs")
    assert {key: run[key] for key in ("command", "shell") if key in run} == expected


@pytest.mark.parametrize(
    "line", ['CMD ["bash"]', "ENTRYPOINT []", "EXPOSE 80", 'CMD ["conda", "run", "-n", "x"]']
)
def test_no_run(line: str, tmp_path: Path) -> None:
    made = read(tmp_path, f"FROM python:3.12\n{line}\n")
    assert "run " not in made.text and made.report.lines
    assert compiled(tmp_path)[1] == []


def test_the_folder_of_a_run(tmp_path: Path) -> None:
    read(
        tmp_path,
        'FROM python:3.12\nWORKDIR /srv\nCOPY src/ /srv/\nCMD ["python", "/srv/train.py"]\n',
        src__train_py="",
    )
    run = the(tmp_path, "runs")
    assert run["source"] == "src" and run["command"] == ["python", "train.py"]


def test_a_dockerfile_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """Its context is where its files are."""
    text = "FROM python:3.12\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
    folder = project(tmp_path, {"requirements.txt": "attrs==23.1\n", "docker/Dockerfile": text})
    imported("dockerfile", folder / "docker")
    document, errors = compiled(folder / "docker")
    assert errors == [] and [one["text"] for one in document["environments"]["docker"]["pip"]] == [
        "attrs==23.1"
    ]


def test_secrets_stay_out(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "FROM python:3.12\nENV API_TOKEN=hunter2hunter2 DB=postgres://u:hunter2hunter2@h/x PLAIN=1\n"
        "ARG PASSWORD=hunter2hunter2\n"
        "ENV INDEX https://u:hunter2hunter2@packages.example/simple\n"
        "RUN pip install -i https://u:hunter2hunter2@packages.example/simple a==1\nLABEL k=https://u:hunter2hunter2@h/\n"
        "# for https://u:hunter2hunter2@h/\nRUN pip install b\n"
        'CMD ["x", "https://u:hunter2hunter2@h/"]\n',
    )
    assert "hunter2" not in made.text + repr(made.report)
    variables = the(tmp_path)["variables"]
    assert variables["API_TOKEN"] == {"secret": "api-token"} and variables["PLAIN"] == "1"


@pytest.mark.parametrize(
    ("image", "expected", "outcome"),
    [
        ("python:3.12", "3.12", "carried"), ("python:3.11.4-slim", "3.11", "carried"),
        ("python:3.12-alpine", "3.12", "changed"),
        ("nvidia/cuda:12.4.1-base-ubuntu22.04", None, "carried"),
        ("pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime", None, "changed"),
        ("mcr.microsoft.com/devcontainers/python:1-3.12-bookworm", "3.12", "carried"), ("scratch", None, "dropped"),
        ("Not An Image", None, "dropped"), ("python:${V}", None, "dropped"),
    ],
)  # fmt: skip
def test_base_images(image: str, expected: str | None, outcome: str, tmp_path: Path) -> None:
    made = read(tmp_path, f"FROM {image}\nRUN pip install a==1\n")
    assert the(tmp_path).get("python") == expected
    assert next(line.outcome for line in made.report.lines if line.line == 1) == outcome


@pytest.mark.parametrize("text", ["", "# nothing\n", "just words\n", "[tool]\nx = 1\n", "\0\0"])
def test_no_dockerfile(text: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        read(tmp_path, text)
    assert failure.value.diagnostics[0].code in ("E1301", "E1302")


def test_a_large_one(tmp_path: Path) -> None:
    with pytest.raises(Failure):
        read(tmp_path, "FROM python:3.12\n" + "RUN echo " + "x" * 9_000_000 + "\n")
    hostile = [
        "(" * 50_000,
        "echo " + "$(" * 20_000,
        "gpg " * 20_000,
        "pip -a " * 10_000,
        "'" * 9_999,
        "a;" * 9_000,
    ]
    made = read(tmp_path, "\n".join(["FROM python:3.12", *(f"RUN {one}" for one in hostile)]))
    assert {line.line for line in made.report.lines} == set(range(1, 8))


WORDS = st.sampled_from(
    ["pip", "install", "apt-get", "conda", "-r", "-e", ".", "&&", "||", ";", "|", "$X", "${X:-y}", "'a b'", '"', "'",
     "\\", "\\\n", "(", ")", "{", "}", "<<E", "\nE\n", ">", ">=1", "a==1", "/app", "..", "--from=x", "=", "A=1",
     "[", '["a"]', "$(", "`",
     "if", "-n", "env", "create", "-f", "cd", "run", "python", "-m", "é", "\t", "#", "AS", "b", "1001", "*", "--",
     "sync", "uv", "-c"]
)  # fmt: skip
INSTRUCTIONS = st.sampled_from(
    [
        "RUN",
        "ENV",
        "ARG",
        "COPY",
        "ADD",
        "CMD",
        "ENTRYPOINT",
        "LABEL",
        "USER",
        "WORKDIR",
        "FROM",
        "SHELL",
        "# x",
        "VOLUME",
    ]
)
LINE = st.builds(lambda word, words: " ".join([word, *words]), INSTRUCTIONS, st.lists(WORDS, max_size=7))


@settings(max_examples=250, deadline=None)
@given(lines=st.lists(LINE, max_size=7))
def test_any_lines(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = project(tmp_path_factory.mktemp("any"), {"b": "", "app/a": ""})
    (folder / "Dockerfile").write_text("\n".join(["FROM python:3.12", *lines]))
    made = imported("dockerfile", folder)
    assert made.report.lines
    assert compiled(folder)[1] == []
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ('["uv", "run", "--no-dev", "app.py", "--port", "80"]', ["python", "app.py", "--port", "80"]),
        ('["uv", "run", "--extra", "web", "-m", "app"]', ["python", "-m", "app"]),
        ('["uv", "run", "--", "uvicorn", "app:app"]', ["uvicorn", "app:app"]),
        ('["pdm", "run", "python", "app.py"]', ["python", "app.py"]),
    ],
)
def test_what_starts_a_program_of_the_environment(words: str, command: list[str], tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": f"FROM python:3.12\nWORKDIR /app\nCMD {words}\n"}
    imported("dockerfile", project(tmp_path, files))
    document, errors = compiled(tmp_path)
    assert errors == []
    assert [run["command"] for run in document["runs"].values()] == [command]


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


def test_conda_run_runs_any_command(tmp_path: Path) -> None:
    """Of conda too, which once asked itself for ever what it runs."""
    read(
        tmp_path,
        "FROM ubuntu:22.04\nRUN conda run -p /opt/conda conda install -c conda-forge openssl\n"
        "RUN conda run -n conda --no-capture-output pip install torch==2.1.0\n",
    )
    assert pip_of(tmp_path) == ["torch==2.1.0"]
    assert "openssl" in str(the(tmp_path)["conda"])


@pytest.mark.parametrize(
    ("lines", "absent"),
    [
        ("COPY environment.yml* there.txt /tmp/", []),
        ("COPY environment.yml* /tmp/", ["environment.yml*"]),
        ("COPY gone.txt environment.yml* there.txt /tmp/", ["gone.txt"]),
        ("RUN git clone https://git.example/x && cd x && pip install -e ./sub -r r.txt", []),
        ("RUN echo numpy > r.txt\nRUN pip install -r r.txt", []),
        ("COPY --from=other /r.txt .\nRUN pip install -r r.txt", []),
        ("ADD https://files.example/r.txt .\nRUN pip install -r r.txt", []),
        ("RUN pip install -r /opt/of-the-base/r.txt", []),
        ("RUN apt-get update && apt-get install -y git && pip install -r r.txt", ["r.txt"]),
    ],
)
def test_what_is_not_there_and_what_the_image_may_have(tmp_path: Path, lines: str, absent: list[str]) -> None:
    made = read(tmp_path, f"FROM python:3.11\n{lines}\n", **{"there.txt": ""})
    texts = [
        made.report.sources[one.span.file].text[one.span.start : one.span.end]
        for one in made.report.findings
        if one.span is not None
    ]
    assert texts == absent
