"""What `init` makes of a folder: each spec is right, formatted, and says what the folder says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.first_spec import Started
from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.actions.starting import start, write
from envspec.diagnostics import Failure, Severity, Source
from envspec.formatting.format import format_text
from envspec.starting.questions import DEFAULT_PYTHON, Question
from tests.starting.folders import FOLDERS, make


def default(question: Question) -> str:
    return question.default


def started(name: str, tmp_path: Path) -> Started:
    return start(make(name, tmp_path), None, default)


def document(one: Started) -> dict[str, Any]:
    write(one)
    checked = compile_file(one.file.parent, one.file.name, Options())
    return checked.resolution.document


def environment(one: Started) -> dict[str, Any]:
    (result,) = document(one)["environments"].values()
    assert isinstance(result, dict)
    return result


def texts(packages: list[dict[str, str]]) -> list[str]:
    return [package.get("text") or package["spec"] for package in packages]


@pytest.mark.parametrize("name", FOLDERS)
def test_the_spec_is_formatted_and_check_finds_nothing(name: str, tmp_path: Path) -> None:
    one = started(name, tmp_path)
    assert format_text(Source.of("a", one.text)) == (one.text, [])
    assert one.findings == ()
    write(one)
    checked = compile_file(one.file.parent, one.file.name, Options())
    assert [d for d in checked.diagnostics if d.severity is not Severity.INFO] == []
    assert checked.usable is not None
    assert not any("\n" in remark for remark in one.remarks)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements", 'requirements = ["requirements.txt"]'),
        ("conda", 'conda_file = "environment.yml"'),
        ("pyproject", 'pyproject = "pyproject.toml"'),
        ("two_lists", 'requirements = ["requirements.txt"]'),
    ],
)
def test_files_stay_the_source(name: str, line: str, tmp_path: Path) -> None:
    one = started(name, tmp_path)
    assert line in " ".join(one.text.split())
    assert "six ==1.17.0" not in one.text


def test_what_the_language_does_not_take_from_a_file_is_written_out(tmp_path: Path) -> None:
    one = started("requirements_with_options", tmp_path)
    assert 'index other {\n    url = "https://packages.example/simple"\n}' in one.text
    assert "the option `--pre` of `requirements.txt` is not taken" in one.remarks
    assert "`requirements.txt` has `six` twice; the first one counts" in one.remarks
    made = environment(one)
    assert texts(made["pip"]) == ["six==1.17.0", "lib"]


def test_setup_cfg_is_written_out(tmp_path: Path) -> None:
    one = started("setup_cfg", tmp_path)
    made = environment(one)
    assert (made["python"], texts(made["pip"])) == (">=3.11", ["six==1.17.0"])
    assert one.file.name == "old.envspec"


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("empty", DEFAULT_PYTHON),
        ("python_version", "3.12"),
        ("dockerfile_python", "3.12"),
        ("pyproject", ">=3.11"),
        ("requirements", DEFAULT_PYTHON),
    ],
)
def test_the_python_is_that_of_the_strongest_clue(name: str, python: str, tmp_path: Path) -> None:
    assert environment(started(name, tmp_path))["python"] == python


def test_the_base_image_is_that_of_the_dockerfile(tmp_path: Path) -> None:
    assert environment(started("dockerfile_image", tmp_path))["docker"] == {"image": "debian:bookworm-slim"}
    latest = started("dockerfile_latest", tmp_path)
    assert "docker" not in environment(latest)
    assert "`FROM ubuntu:latest` of the Dockerfile names no version, so it is not taken" in latest.remarks


def test_training_and_scoring(tmp_path: Path) -> None:
    found = document(started("iris", tmp_path))
    run = found["runs"]["train"]
    assert run["source"] == "src"
    assert run["outputs"] == {"model-out": "outputs/model.joblib"}
    assert list(found["runs"]) == ["train"]
    assert found["models"]["iris"]["from"] == {"run": "train", "output": "model-out"}
    scoring = found["deployments"]["score"]
    assert (scoring["entry"], scoring["sample"]) == ("score.py", "request.json")
    assert scoring["models"] == [{"model": "iris"}]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("import numpy as np\nprint(np.zeros(3))\n", True),
        ("model = Model()\nhistory = model.fit(X, y)\n", True),
        ("for epoch in range(3):\n    train(epoch)\n", True),
        ("with open('m.json', 'w') as f:\n    json.dump(m, f)\n", True),
        (
            "import logging\nlogging.basicConfig()\nLOG = logging.getLogger()\n\ndef train():\n    print(1)\n",
            False,
        ),
        ("class Model:\n    def fit(self):\n        print(1)\n", False),
    ],
)
def test_a_script_is_what_does_something(tmp_path: Path, text: str, is_one: bool) -> None:
    """Also one that is written without `if __name__ == "__main__"`, as most first ones are."""
    (tmp_path / "train.py").write_text(text)
    assert list(document(start(tmp_path, None, default))["runs"]) == ["train" if is_one else "hello"]


def test_an_entry_that_prints_is_an_entry(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("print('ready')\ndef init(): pass\ndef run(data): return data\n")
    assert list(document(start(tmp_path, None, default))["deployments"]) == ["score"]


def test_data_that_is_there_is_the_default(tmp_path: Path) -> None:
    root = make("iris", tmp_path)
    (root / "src" / "train.py").write_text(
        'import argparse\np = argparse.ArgumentParser()\np.add_argument("--data", default="data/iris.csv")\n'
        'if __name__ == "__main__":\n    p.parse_args()\n'
    )
    assert "param data : path\n" in start(root, None, default).text
    (root / "data").mkdir()
    (root / "data" / "iris.csv").write_text("1\n")
    assert 'param data : path = "data/iris.csv"' in start(root, None, default).text


def test_an_input_that_another_run_writes_is_its_output(tmp_path: Path) -> None:
    main = 'if __name__ == "__main__":\n    pass\n'
    (tmp_path / "prepare.py").write_text(f'import json\njson.dump(1, open("clean/data.json", "w"))\n{main}')
    (tmp_path / "train.py").write_text(
        f'import argparse\nargparse.ArgumentParser().add_argument("--data-path", default="clean/data.json")\n{main}'
    )
    made = document(start(tmp_path, None, default))
    assert made["runs"]["train"]["inputs"] == {"data": {"run": "prepare", "output": "data"}}


def test_what_a_program_needs_is_asked(tmp_path: Path) -> None:
    asked: list[Question] = []

    def answer(question: Question) -> str:
        asked.append(question)
        return question.default

    one = start(make("by_position", tmp_path), None, answer)
    assert [question.key for question in asked] == ["python", "convert.py mode"]
    assert (
        'command     = ["python", "convert.py", inputs.data, "--output", outputs.output, "--mode", "TODO"]'
        in one.text
    )


def test_packages_are_guessed_from_imports(tmp_path: Path) -> None:
    root = make("iris", tmp_path)
    (root / "requirements.txt").unlink()
    one = start(root, None, default)
    assert texts(environment(one)["pip"]) == ["joblib", "scikit-learn"]


def test_what_every_run_has_is_no_package(tmp_path: Path) -> None:
    program = (
        "import six\nfrom envspec_run import log_metric\nif __name__ == '__main__': log_metric('a', 1)\n"
    )
    (tmp_path / "train.py").write_text(program)
    assert texts(environment(start(tmp_path, None, default))["pip"]) == ["six"]


def test_the_newest_wheel_counts(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    for name in ("own-1.9-py3-none-any.whl", "own-1.10-py3-none-any.whl", "odd.whl"):
        (tmp_path / "dist" / name).write_text("")
    assert 'pip    = ["./dist/own-1.10-py3-none-any.whl"]' in start(tmp_path, None, default).text


def test_a_model_that_is_there(tmp_path: Path) -> None:
    one = started("entry_and_model_file", tmp_path)
    assert 'model iris {\n    from = "model.joblib"\n}' in one.text
    odd = started("entry_that_takes_too_much", tmp_path)
    assert "deployment " not in odd.text
    assert any("`score.py` is not taken as an entry" in remark for remark in odd.remarks)


def test_a_spec_is_never_overwritten(tmp_path: Path) -> None:
    root = make("iris", tmp_path)
    write(start(root, None, default))
    with pytest.raises(Failure) as raised:
        start(root, None, default)
    assert raised.value.diagnostics[0].code == "E1210"
    two = start(root, root / "two.envspec", default)
    (root / "two.envspec").write_text("mine")
    with pytest.raises(Failure) as raised:
        write(two)
    assert raised.value.diagnostics[0].code == "E1210"
    assert (root / "two.envspec").read_text() == "mine"


def test_a_folder_that_nobody_may_look_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pgdata").mkdir()
    (tmp_path / "requirements.txt").write_text("six")
    stat = os.stat

    def refused(path: Any, **options: Any) -> os.stat_result:
        if "pgdata/" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", refused)
    assert "requirements.txt" in start(tmp_path, None, default).text


lines = st.sampled_from(
    ["numpy", "numpy >=2", "-r other.txt", "--index-url https://u:p@h/s", "-e .", "${A}", "[project]", "dependencies = [",
     "'x'", "name: ü", "dependencies:", "  - numpy=1", "  - pip:", "    - six", "- -r x", "FROM x:1", "FROM ${A}",
     "python_requires = 4", "[options]", "3.99", "2.7", "def init(): pass", "def run(x): pass", "import a.b",
     "p.add_argument('--out', required=True)", "p.add_argument('data')", "p.parse_args()", "open('../x', 'w')",
     "if __name__ == '__main__': open('out/a.csv', mode='w')", "# /// script", "# ///", "\x00", "\u202e", '"""',
     "p.add_argument('--model\\n', default='a\\x00b/c')", "p.add_argument('--in', default='${param.x}/y')"]
)  # fmt: skip
contents = st.lists(lines, max_size=8).map("\n".join)
names = st.sampled_from(
    ["pyproject.toml", "requirements.txt", "other.txt", "environment.yml", "setup.cfg", ".python-version", "Dockerfile",
     "train.py", "src/score.py", "true.py", "src/train.py", "dist/a-1-py3-none-any.whl", "request.json", "a b.py"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(names, contents, max_size=6))
def test_any_folder_gives_a_spec_that_parses_and_is_right(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    root = tmp_path_factory.mktemp("any")
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    one = start(root, None, default)
    wrong = [d for d in one.findings if d.severity is Severity.ERROR]
    assert all(d.span is not None and d.span.file != one.file.name for d in wrong), (one.text, wrong)


NOT_TAKEN: dict[str, tuple[dict[str, str | bytes], str]] = {
    "an address with a login": (
        {
            "environment.yml": "dependencies:\n  - python=3.11\n  - pip:\n    - foo @ git+https://u:canary1@h.example/r\n"
        },
        "`foo @ git+https://…@h.example/r` of `environment.yml` is not taken: ",
    ),
    "a package in words that nobody reads": (
        {"environment.yml": "dependencies:\n  - python=3.11\n  - numpy >>1\n"},
        "`numpy >>1` of `environment.yml` is not taken: no version after `>`",
    ),
    "a file that is included from outside": (
        {"requirements.txt": "six ==1.17.0\n-r ../../other.txt\n"},
        "`../../other.txt`, which `requirements.txt` includes, is not taken: list its packages too",
    ),
    "bytes": ({"environment.yml": b"\xff\xfe bad"}, "`environment.yml` is not taken: it is no UTF-8 text"),
    "another thing": (
        {"environment.yml": "a: [1]\n"},
        "`environment.yml` is not taken: it has no `dependencies`",
    ),
    "broken YAML": ({"environment.yml": "dependencies: [a, b\n"}, "`environment.yml` is not taken: "),
}


@pytest.mark.parametrize(("files", "remark"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_not_taken_is_told_with_its_reason(
    files: dict[str, str | bytes], remark: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    one = start(tmp_path, None, default)
    assert [told for told in one.remarks if told.startswith(remark)], one.remarks
    assert "canary" not in "".join([*one.remarks, one.text])
    assert not [found for found in one.findings if found.severity is Severity.ERROR]
