"""`Pipfile`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from envspec.importing.projects.program import plain_command
from tests.importing.imported import compiled, imported, losses, project
from tests.importing.test_locks import check_any
from tests.importing.wrong_types import as_toml, documents, mutations, scalars, well_formed

PIPFILE = """\
# training
[[source]]
url = "https://index.example/simple"
verify_ssl = true
name = "pypi"

[[source]]
url = "https://${USER}:${TOKEN}@pypi.example.com/simple"
name = "private"

[packages]
requests = "*"
# frames
pandas = ">=2,<3"  # the last that we know
flask = {version = "~=3.0", extras = ["async"]}
pywin32 = {version = "*", sys_platform = "== 'win32'"}
uvloop = {version = "==0.19.0", markers = "python_version < '3.13' or os_name == 'posix'", platform_machine = "x86_64"}
mine = {version = "*", index = "private"}
tool = {git = "https://github.com/x/tool.git", ref = "v1", editable = true}
here = {path = ".", editable = true}
gone = {path = "./gone"}
exact = "1.0"
nothing = ""

[dev-packages]
pytest = ">=8"
pandas = ">=2.1"

[docs]
sphinx = "*"

[requires]
python_version = "3.11"

[scripts]
train = "python train.py --epochs 3"
all = "make a && make b"
hook = {cmd = "python -m hook 'a b'"}
call = {call = "hook:main"}

[pipenv]
allow_prereleases = true
"""


def test_a_pipfile(tmp_path: Path) -> None:
    project(tmp_path, {"Pipfile": PIPFILE, "setup.py": "", "Pipfile.lock": "not read"})
    made = imported("pipfile", tmp_path, name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    main = document["environments"]["p"]
    assert main["python"] == "3.11"
    assert [package["text"] for package in main["pip"]] == [
        "requests", "pandas>=2,<3", "flask[async]~=3.0", 'pywin32 ; sys_platform == "win32"',
        'uvloop==0.19.0 ; (python_version < "3.13" or os_name == "posix") and platform_machine == "x86_64"', "mine",
        "tool @ git+https://github.com/x/tool.git@v1", ".", "exact==1.0",
    ]  # fmt: skip
    dev = {package["name"]: package["text"] for package in document["environments"]["p-dev"]["pip"]}
    assert dev["pandas"] == "pandas>=2,>=2.1,<3" and dev["pytest"] == "pytest>=8"
    assert [one["command"] for one in document["runs"].values()] == [
        ["python", "-m", "hook", "a b"], ["python", "train.py", "--epochs", "3"],
    ]  # fmt: skip
    assert document["indexes"]["private"]["packages"] == ["mine"]
    assert (
        "# training" in made.text
        and '# frames\n        "pandas>=2,<3",  # the last that we know' in made.text
    )
    dropped = {what.split(" =")[0]: line for outcome, what, line in losses(made) if outcome == "dropped"}
    assert dropped == {
        "source.verify_ssl": 4, "packages.gone": 21, "packages.nothing": 23, "scripts.all": 37, "scripts.call": 39,
        "pipenv.allow_prereleases": 42,
    }  # fmt: skip
    told = {line.line for line in made.report.lines}
    for number, line in enumerate(PIPFILE.splitlines(), start=1):
        assert number in told or "=" not in line or line.startswith("name ="), line
    well_formed(made.report.lines, PIPFILE.count("\n"))


SETTINGS = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KEYS = ("source", "packages", "dev-packages", "requires", "scripts", "pipenv", "url", "name", "version", "git", "path", "a",
        "extras", "markers", "index", "cmd", "python_version", "file", "editable")  # fmt: skip


@SETTINGS
@given(mutations(tomllib.loads(PIPFILE), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere(tmp_path: Path, document: Any) -> None:
    check_any("pipfile", tmp_path, "Pipfile", as_toml(document))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("python train.py", ["python", "train.py"]), ("pytest -q tests/", ["pytest", "-q", "tests/"]),
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]), ("a '$HOME'", ["a", "$HOME"]), ("a \"$HOME\"", []), ("a | b", []),
        ("a; b", []), ("cd x", []), ("A=1 b", []), ("a *.py", []), ("a 'b", []), ("", []), ("a > b", []), ("a `b`", []),
        ("~/x", []), ("a --b=c", ["a", "--b=c"]), ("echo {a,b}", []), ("a #b", []), ("a && b", []), ("a '*'", ["a", "*"]),
    ],
)  # fmt: skip
def test_a_plain_command(text: str, arguments: list[str]) -> None:
    assert plain_command(text) == arguments


def test_a_path_is_no_version(tmp_path: Path) -> None:
    project(tmp_path, {"Pipfile": '[packages]\nrequests = "/etc"\nsix = "*"\n'})
    made = imported("pipfile", tmp_path / "Pipfile")
    assert 'pip = ["six"]' in made.text and [one[0] for one in losses(made)] == ["dropped"]
    assert compiled(tmp_path)[1] == []


NEWER_LOCK = """\
{"_meta": {"requires": {"python_version": "3.11"}},
 "default": {"six": {"version": "==1.17.0", "markers": "python_version >= '3.9'"}},
 "develop": {
   "pip": {"version": "==24.0", "markers": "('dev' in dependency_groups) and (python_version >= '3.8')"},
   "toml": {"version": "==0.10.2", "markers": "'dev' in dependency_groups"},
   "six": {"version": "==1.16.0", "markers": "python_version >= '3.9'"},
   "pywin32": {"version": "==312", "markers": "sys_platform == 'win32' and 'dev' in dependency_groups"}}}
"""


def test_a_marker_that_says_the_category_again(tmp_path: Path) -> None:
    made = imported("pipfile", project(tmp_path, {"Pipfile.lock": NEWER_LOCK}) / "Pipfile.lock", name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert [one["text"] for one in document["environments"]["p-dev"]["pip"]] == [
        "six==1.17.0", "pip==24.0", "toml==0.10.2",
    ]  # fmt: skip
    because = {line.what: line.reason for line in made.report.lines if line.outcome == "dropped"}
    assert because["six 1.16.0"] == "`six` is listed twice, and `six==1.17.0` came first"
    assert because["pywin32 312"].startswith("it is needed on other platforms")
