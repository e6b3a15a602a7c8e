"""`init` in a folder that another tool's files describe: what is taken, what stands beside it, what is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envspec.actions.first_spec import Started
from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.actions.starting import start, write
from envspec.diagnostics import Failure, Severity, Source
from envspec.formatting.format import format_text
from envspec.starting.questions import Question
from tests.importing.folders_of_tools import COG, DEPLOYMENT, JOB, OTHERS, TOOLS, make_conda_prefix, make_tool
from tests.importing.imported import project
from tests.importing.test_table import FILES as HOSTILE
from tests.starting.folders import SCORE, TRAIN


def default(question: Question) -> str:
    return question.default


def of(root: Path, files: dict[str, str]) -> Started:
    project(root, dict(files))
    return start(root, None, default)


def asides(one: Started) -> list[str]:
    return [seen.file for seen in one.aside]


@pytest.mark.parametrize("name", TOOLS)
def test_the_spec_of_each_kind_is_formatted_and_compiles(name: str, tmp_path: Path) -> None:
    kind, path, _ = TOOLS[name]
    root = make_tool(name, tmp_path)
    one = start(root, None, default)
    if kind != "script":
        assert one.taken is not None and one.report is not None
        assert (one.taken.kind, one.taken.path) == (kind, path)
        assert one.report.lines
    assert format_text(Source.of("a", one.text)) == (one.text, [])
    write(one)
    assert one.file == root / "made.envspec" or one.file.parent == root
    checked = compile_file(root, one.file.name, Options())
    assert [d for d in checked.diagnostics if d.severity is Severity.ERROR] == []
    with pytest.raises(Failure) as raised:
        start(root, None, default)
    assert raised.value.diagnostics[0].code == "E1210"


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_of_no_kind_is_not_imported(name: str, tmp_path: Path) -> None:
    one = of(tmp_path, OTHERS[name])
    assert (one.taken, one.aside) == (None, ())


def test_programs_stand_beside_what_is_imported(tmp_path: Path) -> None:
    one = of(
        tmp_path,
        {"cog.yaml": COG, "src/train.py": TRAIN, "src/score.py": SCORE, "requirements-dev.txt": "pytest\n"},
    )
    assert one.taken is not None and one.taken.kind == "cog"
    write(one)
    document = compile_file(tmp_path, one.file.name, Options()).resolution.document
    (environment,) = document["environments"]
    assert document["runs"]["train"]["environment"] == {"environment": environment}
    assert document["runs"]["train"]["source"] == "src"
    assert document["deployments"]["score"]["models"] == [{"model": "iris"}]
    assert one.next.run == "train" and one.next.missing == ("data",) and one.next.deployment == "score"
    assert asides(one) == ["requirements-dev.txt"]


def test_a_program_that_an_imported_run_starts_is_no_second_run(tmp_path: Path) -> None:
    work = 'if __name__ == "__main__":\n    print(1)\n'
    one = of(tmp_path, {"train.yml": JOB, "src/work.py": work, "src/other.py": work})
    write(one)
    document = compile_file(tmp_path, one.file.name, Options()).resolution.document
    sources = {name: run["command"] for name, run in document["runs"].items()}
    assert len(sources) == 2 and "other" in sources
    assert one.next.run == "other"


def test_names_of_the_import_are_not_given_again(tmp_path: Path) -> None:
    project_ = (
        "name: a\nentry_points:\n  train:\n    parameters: {data: path}\n    command: python go.py {data}\n"
    )
    one = of(tmp_path, {"MLproject": project_, "go.py": "x = 1\n", "train.py": TRAIN})
    write(one)
    document = compile_file(tmp_path, one.file.name, Options()).resolution.document
    assert sorted(document["runs"]) == ["train", "train-2"]
    assert "param data : path\n" in one.text and "param data-2 : path\n" in one.text


def test_lists_that_can_be_named_stay_the_source(tmp_path: Path) -> None:
    """Beside a lock, a Dockerfile and a devcontainer, which are told."""
    text = '[project]\nname = "a"\ndependencies = ["six ==1.17.0"]\n'
    files = {"pyproject.toml": text, "uv.lock": "version = 1\n",
             "Dockerfile": "FROM debian:bookworm-slim\nRUN echo hello\n",
             ".devcontainer/devcontainer.json": "{}"}  # fmt: skip
    one = of(tmp_path, files)
    assert one.taken is None and 'pyproject = "pyproject.toml"' in " ".join(one.text.split())
    assert 'image = "debian:bookworm-slim"' in one.text
    assert asides(one) == ["uv.lock", ".devcontainer/devcontainer.json", "Dockerfile"]


def test_what_its_importer_does_not_take_is_told_and_the_next_counts(tmp_path: Path) -> None:
    one = of(tmp_path, {"cog.yaml": "build: [\n", "Pipfile": '[packages]\nsix = "==1.17.0"\n'})
    assert one.taken is not None and one.taken.kind == "pipfile"
    assert any(r.startswith("`cog.yaml` looks like `cog` and is not imported: ") for r in one.remarks)
    (tmp_path / "two").mkdir()
    one = of(tmp_path / "two", {"cog.yaml": "build: [\n", "requirements.txt": "six ==1.17.0\n"})
    assert one.taken is None and 'requirements = ["requirements.txt"]' in one.text
    assert any(r.startswith("`cog.yaml` looks like") for r in one.remarks)


def test_of_several_the_first_counts_and_the_others_are_told(tmp_path: Path) -> None:
    one = of(
        tmp_path,
        {"Pipfile": '[packages]\nsix = "==1.17.0"\n', "cog.yaml": COG, "Dockerfile": "FROM a:1\nRUN b\n"},
    )
    assert one.taken is not None and one.taken.file == "cog.yaml"
    assert asides(one) == ["Pipfile", "Dockerfile"]


def test_what_the_importer_read_on_the_way_is_not_set_aside(tmp_path: Path) -> None:
    files = dict(TOOLS["mlproject"][2])
    assert asides(of(tmp_path, files)) == []
    (tmp_path / "two").mkdir()
    files = {".devcontainer/devcontainer.json": '{"build": {"dockerfile": "../Dockerfile", "context": ".."}}',
             "Dockerfile": "FROM python:3.12\nRUN pip install six==1.17.0\n"}  # fmt: skip
    one = of(tmp_path / "two", files)
    assert one.taken is not None and one.taken.kind == "devcontainer" and asides(one) == []


def test_an_environment_that_is_there_becomes_a_spec_where_somebody_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = make_conda_prefix(tmp_path)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    one = start(prefix, None, default)
    assert one.taken is not None and one.taken.kind == "conda-env"
    assert one.file == tmp_path / "work" / "weather.envspec"
    assert "numpy" in one.text
    write(one)


def test_a_file_may_be_named(tmp_path: Path) -> None:
    files = {"cog.yaml": COG, "requirements.txt": "six ==1.17.0\n", "environment.yml": "dependencies: [numpy=1.26]\n",
             "more.txt": "attrs ==1\n", "train.py": TRAIN}  # fmt: skip
    project(tmp_path, dict(files))
    named = start(tmp_path / "environment.yml", None, default)
    assert named.taken is None and 'conda_file = "environment.yml"' in " ".join(named.text.split())
    assert "run train" in named.text and named.aside == ()
    cog = start(tmp_path / "cog.yaml", None, default)
    assert cog.taken is not None and cog.taken.kind == "cog"
    listed = start(tmp_path / "more.txt", None, default)
    assert listed.taken is not None and listed.taken.kind == "pip" and '"attrs ==1"' in listed.text
    with pytest.raises(Failure) as raised:
        start(tmp_path / "train.py", None, default)
    (problem,) = raised.value.diagnostics
    assert problem.code == "E1302" and "envspec import KIND" in str(problem.help)
    (tmp_path / "bad.yaml").write_text(f"{DEPLOYMENT}x: [\n")
    with pytest.raises(Failure) as raised:
        start(tmp_path / "bad.yaml", None, default)
    assert raised.value.diagnostics[0].code == "E1302"


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_do_not_stop_it(content: bytes, tmp_path: Path) -> None:
    for name in ("cog.yaml", "MLproject", "Pipfile", "Dockerfile", "job.yml", "config.yaml", "requirements.txt", "a.txt",
                 "environment.yml", "pyproject.toml", "uv.lock", ".devcontainer/devcontainer.json"):  # fmt: skip
        project(tmp_path, {name: content})
    os.mkfifo(tmp_path / "cog.yml")
    (tmp_path / "pixi.toml").symlink_to("pixi.toml")
    one = start(tmp_path, None, default)
    assert format_text(Source.of("a", one.text)) == (one.text, [])
