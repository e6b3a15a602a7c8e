"""`conda`, `pip` and `pyproject`: what the spec says comes out, and what came in by an import comes out again."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement

from envspec.actions.importing import Imported
from envspec.diagnostics import Failure
from envspec.packages.conda import parse_match_spec
from envspec.packages.package import PackageProblem
from envspec.packages.pip import parse_requirement
from tests.exporting.exported import HOSTILE, exported, project, quoted
from tests.importing.imported import CORPUS, imported

CONDA, PIP = sorted((CORPUS / "conda").iterdir()), sorted((CORPUS / "pip").iterdir())

SPEC = """
secret token { variable = "TOKEN" }
index corp { url = "https://pypi.corp.example/simple", username = "ci", password = secret.token, packages = ["corp-*"] }
channel own { url = "https://conda.corp.example/stable" }
environment e {
    description = "for people"
    python      = ">=3.11,<3.13"
    channels    = [own, "conda-forge"]
    conda       = ["numpy =1.26", "own::tool", "python >=3.10"]
    pip         = ["six>=1 ; python_version < '3.13'", "./lib", "-e ./my lib", "./dist/own-1.0-py3-none-any.whl"]
    constraints = ["./constraints.txt"]
    indexes     = [corp]
    apt         = ["git"]
    variables   = { A = "yes", TOKEN = secret.token }
    docker {
        image     = "debian:bookworm-slim"
        platforms = ["linux/amd64", "linux/arm64"]
        run       = ["ldconfig"]
        user      = "1:1"
    }
}
"""
FILES = {
    "lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n',
    "my lib/pyproject.toml": '[project]\nname = "mine"\nversion = "1"\n',
    "dist/own-1.0-py3-none-any.whl": "",
    "constraints.txt": "urllib3<2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path, SPEC, **FILES)


def test_an_environment_yml_says_what_the_spec_says(folder: Path) -> None:
    made = exported(folder, "conda", output=folder / "deep" / "er" / "environment.yml")
    assert yaml.safe_load(made.text) == {
        "name": "e",
        "channels": ["https://conda.corp.example/stable", "conda-forge"],
        "dependencies": [
            "python >=3.11,<3.13", "numpy 1.26.*", "https://conda.corp.example/stable::tool", "python >=3.10", "pip",
            {"pip": [
                "-c ../../constraints.txt",
                "--extra-index-url https://pypi.corp.example/simple", 'six>=1 ; python_version < "3.13"', "../../lib",
                "-e '../../my lib'", "../../dist/own-1.0-py3-none-any.whl",
            ]},
        ],
        "variables": {"A": "yes"},
        "platforms": ["linux-64", "linux-aarch64"],
    }  # fmt: skip
    told = "\n".join(made.losses)
    for word in ("`apt` (`git`)", "`TOKEN`: the value of the secret `token`",
                 "`docker.image`",
                 "`docker.run`", "`docker.user`", "the login of index `corp`",
                 "`corp-*`"):  # fmt: skip
        assert word in told
    assert len(made.losses) == 7


def test_a_requirements_file_says_what_the_spec_says(folder: Path) -> None:
    made = exported(folder, "pip", output=folder / "requirements.txt")
    assert made.text.splitlines() == [
        "# Made by `envspec export pip e`.", "# For Python >=3.11,<3.13.",
        "-c ./constraints.txt", "--extra-index-url https://pypi.corp.example/simple",
        'six>=1 ; python_version < "3.13"', "./lib", "-e './my lib'", "./dist/own-1.0-py3-none-any.whl",
    ]  # fmt: skip
    told = "\n".join(made.losses)
    assert "`conda` (`numpy`, `tool`, `python`)" in told and "`python` (`>=3.11,<3.13`)" in told


def test_a_dependency_group_is_one_of_pep_735(folder: Path) -> None:
    made = exported(folder, "pyproject")
    groups = tomllib.loads(made.text)["dependency-groups"]
    assert resolve_dependency_groups(groups, "e") == ('six>=1; python_version < "3.13"',)
    told = "\n".join(made.losses)
    assert 'write `requires-python = ">=3.11,<3.13"` into `[project]`' in told
    assert "local packages of `pip` (`lib`, `my lib`, `dist/own-1.0-py3-none-any.whl`)" in told
    assert "`indexes` (`https://pypi.corp.example/simple`)" in told


@pytest.mark.parametrize(("python", "wanted"), [("3.11", "==3.11.*"), (">=3.11", ">=3.11"), ("3", "==3.*")])
def test_a_prefix_of_a_version_is_a_specifier(tmp_path: Path, python: str, wanted: str) -> None:
    made = exported(
        project(tmp_path, f'environment a-b.c {{ python = "{python}" }}'.replace(".c", "")), "pyproject"
    )
    assert tomllib.loads(made.text) == {"dependency-groups": {"a-b": []}}
    assert f'`requires-python = "{wanted}"`' in made.losses[0]


def test_what_no_line_can_hold_is_told(tmp_path: Path) -> None:
    names = ["a #b", "x --hash=y", "${HOME}", "it's", 'q"q', "a;b", "${home}"]
    paths = [f"{sign}./{sign[:1]}{name}" for name in names for sign in ("", "-e ")]
    spec = f"environment e {{ pip = [{', '.join(quoted(path) for path in paths)}] }}\n"
    for path in paths:
        folder = tmp_path / path.removeprefix("-e ")
        folder.mkdir()
        (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    made = exported(project(tmp_path, spec), "pip", output=tmp_path / "r.txt")
    lines = [line for line in made.text.splitlines() if not line.startswith("#")]
    assert lines == [
        "-e './-x --hash=y'", "./it's", """-e "./-it's\"""", './q"q', """-e './-q"q'""", "-e './-a;b'", "./${home}",
        "-e './-${home}'",
    ]  # fmt: skip
    wrong = ["a #b", "-a #b", "x --hash=y", "${HOME}", "-${HOME}", "a;b"]
    assert list(made.losses) == [
        f"`{name}`: a line of requirements.txt cannot hold its characters" for name in wrong
    ]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_variable_is_text_whatever_it_holds(tmp_path: Path, value: str) -> None:
    spec = f'environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }} }}'
    made = exported(project(tmp_path, spec), "conda")
    assert yaml.safe_load(made.text)["variables"] == {"A": value}


def test_an_environment_that_is_not_made_has_no_packages(tmp_path: Path) -> None:
    project(tmp_path, 'environment e { managed = false, interpreter = "python3" }')
    for kind in ("conda", "pip", "pyproject", "binder", "mlproject"):
        with pytest.raises(Failure, match="is not managed"):
            exported(tmp_path, kind)


def canonical_conda(text: str) -> str:
    spec = parse_match_spec(" ".join(text.split()))
    return text if isinstance(spec, PackageProblem) else spec.spec


def canonical_pip(text: str) -> str:
    if option := re.match(r"--extra-index-url[ =]+['\"]?([^'\"]+)", text):
        return f"--extra-index-url {option[1].strip()}"
    package = parse_requirement(re.split(r"\s#", text)[0].strip())
    return text if isinstance(package, PackageProblem) else package.text


def said(document: dict[str, Any]) -> tuple[set[str], set[str], list[str], dict[str, str]]:
    """Conda and pip packages as canonical texts, channels and variables, with PyYAML alone."""
    conda: set[str] = set()
    pip: set[str] = set()
    for one in document.get("dependencies") or []:
        if isinstance(one, dict):
            pip |= {canonical_pip(line) for line in one["pip"]}
        else:
            conda.add(canonical_conda(one))
    variables = {name: str(value) for name, value in (document.get("variables") or {}).items()}
    return conda, pip, document.get("channels") or [], variables


def reported(made: Imported) -> tuple[set[str], set[str]]:
    """What the report says did not come over as it was: the texts of the file, and what they became."""
    lines = [line for line in made.report.lines if line.outcome != "carried"]
    before = {
        text for line in lines for text in (canonical_conda(line.what), canonical_pip(line.what), line.what)
    }
    after = {text for line in lines for text in (canonical_conda(line.became), canonical_pip(line.became))}
    return before, after


def again(kind: str, text: str, folder: Path, name: str) -> str:
    """The text that an export becomes when it is imported and exported."""
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / name).write_text(text)
    imported(kind, folder / name)
    return exported(folder, kind, file="made.envspec", output=folder / name).text


@pytest.mark.parametrize("file", CONDA, ids=lambda file: file.name)
def test_a_conda_file_comes_out_as_it_went_in(file: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(file, tmp_path / "environment.yml")
    made = imported("conda", tmp_path / "environment.yml")
    out = exported(tmp_path, "conda", file="made.envspec", output=tmp_path / "environment.yml")
    document = yaml.safe_load(file.read_text())
    other = "build_dependencies" in document
    if other:  # `python_env.yaml` of MLflow is another form
        document = {"dependencies": [{"pip": [*document["build_dependencies"], *document["dependencies"]]},
                                     f"python {document['python']}.*".replace(".*.*", ".*")]}  # fmt: skip
    before, after = said(document), said(yaml.safe_load(out.text))
    lost, changed = reported(made)
    for number in (0, 1):
        added, removed = after[number] - before[number], before[number] - after[number]
        assert {text for text in added if text not in changed} == (
            {"pip"} if other and number == 0 else set()
        )
        assert {
            text
            for text in removed
            if text not in lost and not any(one in text for one in lost if one.startswith("https://"))
        } == set()
    assert after[2] == (["conda-forge"] if other else before[2])
    assert after[3] == before[3]
    assert not out.losses
    machines = {one for one in document.get("platforms") or () if not one.startswith("win")}
    assert {*yaml.safe_load(out.text).get("platforms", ())} == machines
    text = again("conda", out.text, tmp_path / "again", "environment.yml")
    assert text == out.text


@pytest.mark.parametrize("file", PIP, ids=lambda file: file.name)
def test_a_requirements_file_comes_out_as_it_went_in(file: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(file, tmp_path / "requirements.txt")
    made = imported("pip", tmp_path / "requirements.txt")
    out = exported(tmp_path, "pip", file="made.envspec", output=tmp_path / "requirements.txt")
    lines = [line for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    before = {canonical_pip(line) for line in lines}
    after = {line for line in out.text.splitlines() if not line.startswith("#")}
    lost, changed = reported(made)
    assert before - after <= lost and after - before <= changed
    assert {str(Requirement(line)) for line in after if not line.startswith(("-", "."))}
    text = again("pip", out.text, tmp_path / "again", "requirements.txt")
    strip = [[line for line in one.splitlines() if not line.startswith("#")] for one in (text, out.text)]
    assert strip[0] == strip[1]


@pytest.mark.parametrize("kind", ["conda", "pip"])
def test_files_of_constraints_are_named_again(kind: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pins").mkdir()
    (tmp_path / "pins" / "all of them.txt").write_text("urllib3<2\nsix==1.16.0\n")
    (tmp_path / "more.txt").write_text("idna<4\n")
    lines = ["-c 'pins/all of them.txt'", "-c more.txt", "requests>=2"]
    file = tmp_path / ("environment.yml" if kind == "conda" else "requirements.txt")
    file.write_text(
        yaml.safe_dump({"name": "e", "dependencies": ["python=3.12", "pip", {"pip": lines}]})
        if kind == "conda"
        else "\n".join(lines)
    )
    made = imported(kind, file)
    (tmp_path / "made.envspec").write_text(made.text)
    out = exported(tmp_path, kind, file="made.envspec", output=tmp_path / "out.txt")
    found = yaml.safe_load(out.text)["dependencies"][-1]["pip"] if kind == "conda" else out.text.splitlines()
    assert [line for line in found if not line.startswith("#")] == [
        "-c './pins/all of them.txt'", "-c ./more.txt", "requests>=2",
    ]  # fmt: skip
    assert not [loss for loss in out.losses if "constraints" in loss]
    file.write_text(out.text)
    (tmp_path / "made.envspec").write_text(imported(kind, file).text)
    assert exported(tmp_path, kind, file="made.envspec", output=tmp_path / "out.txt").text == out.text
