"""What an import finds wrong is shown as `check` shows it: by `import` of one file and of many, by `init`, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envspec import Environment, EnvspecError, Workspace
from tests.cli.test_check import envspec
from tests.importing.imported import project

GONE = "numpy\n-r gone.txt\n"
SHOWN = """\
warning[W1306]: there is no file `gone.txt`
  --> {file}:2:4
   |
 2 | -r gone.txt
   |    ^^^^^^^^ left out
   |
note: envspec explain W1306
"""


def shown(file: str) -> str:
    return SHOWN.format(file=file)


def spans(found: list[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
    return [
        (one["code"], one["span"]["file"], one["span"]["start"]["line"], one["span"]["start"]["column"])
        for one in found
    ]


def test_a_warning_of_one_file(tmp_path: Path) -> None:
    project(tmp_path, {"requirements.txt": GONE})
    done = envspec("import", "pip", "requirements.txt", "-o", "x.envspec", cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "x.envspec").exists()
    assert shown("requirements.txt") in done.stderr and "1 warning\n" in done.stderr
    assert done.stderr.count("gone.txt") == 2, "the report does not say it again"
    assert done.stderr.index("1 warning") < done.stderr.index("1 carried, 0 changed, 1 dropped")


def test_from_another_folder_it_is_named_as_it_is_opened(tmp_path: Path) -> None:
    project(tmp_path, {"a/requirements.txt": GONE, "b/x": ""})
    done = envspec("import", "pip", "a", cwd=tmp_path)
    assert shown("a/requirements.txt") in done.stderr
    done = envspec("import", "pip", "../a", cwd=tmp_path / "b")
    assert shown((tmp_path / "a" / "requirements.txt").as_posix()) in done.stderr


def test_strict_fails_and_shows_it_once(tmp_path: Path) -> None:
    project(tmp_path, {"requirements.txt": GONE})
    done = envspec("import", "pip", "requirements.txt", "-o", "x.envspec", "--strict", cwd=tmp_path)
    assert done.returncode == 1 and not (tmp_path / "x.envspec").exists()
    assert done.stderr.count("W1306]") == 1 and "error[E1304]" in done.stderr


def test_json_has_it_beside_the_report(tmp_path: Path) -> None:
    project(tmp_path, {"requirements.txt": GONE})
    done = envspec(
        "import", "pip", "requirements.txt", "--format", "json", "--report", "r.json", cwd=tmp_path
    )
    made = json.loads(done.stdout)
    assert done.returncode == 0 and made["schema"] == 1 and "numpy" in made["spec"]
    assert spans(made["diagnostics"]) == [("W1306", "requirements.txt", 2, 4)]
    assert [line["finding"] for line in made["report"]["lines"]] == ["", "W1306"]
    assert json.loads((tmp_path / "r.json").read_text())["diagnostics"] == made["diagnostics"]


def test_json_of_what_fails(tmp_path: Path) -> None:
    project(tmp_path, {"environment.yml": "channels: x\ndependencies: y\n", "requirements.txt": GONE})
    done = envspec("import", "conda", "environment.yml", "--format", "json", cwd=tmp_path)
    made = json.loads(done.stdout)
    assert done.returncode == 2 and made["spec"] == ""
    assert spans(made["diagnostics"]) == [
        ("E1302", "environment.yml", 1, 11), ("E1302", "environment.yml", 2, 15),
    ]  # fmt: skip
    done = envspec("import", "pip", "requirements.txt", "--format", "json", "--strict", cwd=tmp_path)
    made = json.loads(done.stdout)
    assert done.returncode == 1 and made["spec"] == "" and made["report"]["summary"]["dropped"] == 1
    assert [one["code"] for one in made["diagnostics"]] == ["E1304", "W1306"]


def test_of_many_files(tmp_path: Path) -> None:
    project(
        tmp_path, {"a/requirements.txt": GONE, "b/requirements.txt": "x y z\n", "c/requirements.txt": "a\n"}
    )
    paths = ("a", "b", "c")
    done = envspec("import", "pip", *paths, "-o", "out/", "--format", "json", cwd=tmp_path)
    assert done.returncode == 2 and shown("a/requirements.txt") in done.stderr
    assert "--> b/requirements.txt:1:1" in done.stderr
    files = json.loads(done.stdout)["files"]
    assert [spans([one for one in file["diagnostics"] if one["span"]]) for file in files] == [
        [("W1306", "a/requirements.txt", 2, 4)], [("W1307", "b/requirements.txt", 1, 1)], [],
    ]  # fmt: skip
    assert [one["code"] for one in files[1]["errors"]] == ["E1303", "W1307"]
    done = envspec("import", "pip", "a", "c", "-o", "other/", cwd=tmp_path)
    assert done.returncode == 0 and shown("a/requirements.txt") in done.stderr
    done = envspec("import", "pip", "a", "c", "-o", "third/", "--strict", cwd=tmp_path)
    assert done.returncode == 1 and [one.name for one in (tmp_path / "third").iterdir()] == ["c.envspec"]


def test_init_shows_it(tmp_path: Path) -> None:
    project(tmp_path, {"cog.yaml": 'build:\n  python_version: "3.11"\n  python_requirements: gone.txt\n'})
    done = envspec("init", "--yes", cwd=tmp_path)
    assert done.returncode == 0
    assert "warning[W1306]: there is no file `gone.txt`\n  --> cog.yaml:3:24\n" in done.stderr


def test_init_shows_what_is_broken(tmp_path: Path) -> None:
    project(tmp_path, {"cog.yaml": "build: [\n"})
    done = envspec("init", "--yes", "cog.yaml", cwd=tmp_path)
    assert done.returncode == 2 and "--> cog.yaml:1:8" in done.stderr and " 1 | build: [" in done.stderr


@pytest.mark.parametrize("code", ["W1306", "W1307"])
def test_a_code_is_explained(code: str, tmp_path: Path) -> None:
    done = envspec("explain", code, cwd=tmp_path)
    assert done.returncode == 0 and "Import" in done.stdout.title()


def test_the_api_raises_and_keeps_them(tmp_path: Path) -> None:
    project(tmp_path, {"environment.yml": "dependencies:\n  - a\n  b\n  - c\n", "requirements.txt": GONE})
    place = Workspace(tmp_path)
    with pytest.raises(EnvspecError) as caught:
        Environment.from_conda_specification("e", tmp_path / "environment.yml", workspace=place)
    assert "environment.yml:3:3" in str(caught.value) and " 3 |   b" in str(caught.value)
    assert [one.code for one in caught.value.diagnostics] == ["E1302"]
    made = Environment.from_pip_requirements("e", tmp_path / "requirements.txt", workspace=place)
    assert made.report is not None and [one.code for one in made.report.findings] == ["W1306"]
    with pytest.raises(EnvspecError) as strict:
        Environment.from_pip_requirements("e", tmp_path / "requirements.txt", strict=True, workspace=place)
    assert "requirements.txt:2:4" in str(strict.value)
