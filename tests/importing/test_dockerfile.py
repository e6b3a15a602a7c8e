"""Dockerfiles as people write them: what of them is an environment and a run, and what is told line by line."""

from __future__ import annotations

import shutil
from pathlib import Path

import dockerfile as another_parser  # type: ignore[import-not-found]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported
from envspec.diagnostics import Failure
from envspec.importing.containers.dockerfile_text import read_dockerfile_text
from tests.importing.dockerfiles import pip_of, read, the
from tests.importing.imported import compiled, imported, project, reasons

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
