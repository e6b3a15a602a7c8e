"""What a Dockerfile runs when its image is started, and the files that its steps read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.importing.dockerfiles import pip_of, read, the
from tests.importing.imported import compiled, imported, project


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
