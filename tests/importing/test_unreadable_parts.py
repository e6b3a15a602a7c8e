"""A file that another names and that is there but cannot be read is a warning at its name; only the file that was asked
for ends an import."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from envspec.actions.importing import import_spec
from envspec.diagnostics import Severity
from tests.cli.test_check import envspec
from tests.importing.imported import imported, project
from tests.importing.marked_files import cases, marked_project, places_of

CASES = cases("absent")


def _no_disk(path: Path) -> None:
    """A file of which the kernel gives nothing, to nobody: EIO at its beginning."""
    path.symlink_to("/proc/self/mem")


def _binary(path: Path) -> None:
    path.write_bytes(b"\x00\xff\x00\xff")


WAYS = {
    "an error of the disk": _no_disk,
    "a loop of links": lambda path: path.symlink_to(path.name),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "no text": _binary,
    "a link to nothing": lambda path: path.symlink_to("nowhere/at-all"),
}
READ = {
    ("azureml-command", "env.yml"), ("azureml-deployment", "conda.yml"), ("azureml-environment", "conda/gone.yml"),
    ("azureml-pipeline", "./a.yml"), ("azureml-v1", "conda.yml"), ("bentofile", ".env"), ("bentofile", "r.txt"),
    ("bentofile", "e.yml"), ("binder-postbuild", "gone.txt"), ("binder", "gone.txt"), ("cog", "gone.txt"),
    ("conda", "gone.txt"), ("devcontainer", "Dockerfile"), ("mlmodel", "gone.yaml"), ("mlproject", "gone.yaml"),
    ("pip-all-options", "r"), ("pip-in-a-file-that-is-included", "gone.txt"), ("pyproject-of-setuptools", "gone.txt"),
    ("python-env-yaml", "requirements.txt"), ("setup-cfg", "none.txt"), ("truss", "./r.txt"),
}  # fmt: skip
"""The references whose files an import reads; of the others it only looks whether they are there."""


def _place(folder: Path, file: str, written: str) -> Path:
    return (folder / file).parent / written.removeprefix("-e ").strip("'\"")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CASES)
def test_no_file_that_is_named_ends_an_import(
    name: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    wanted = marked_project(tmp_path, case.files)
    for file, _, _, written in wanted:
        path = _place(tmp_path, file, written)
        if not os.path.lexists(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            WAYS[way](path)
    made = imported(case.kind, tmp_path / case.read)
    assert {one.severity for one in made.report.findings} <= {Severity.WARNING}
    code = "W1306" if way == "a link to nothing" else "W1307"
    found = [one for one in made.report.findings if one.code == code]
    places = {(place[0], place[3]) for place in places_of(found, made.report.sources, tmp_path)}
    for file, _, _, written in wanted:
        if (name, written) in READ and (name, way) != ("binder-postbuild", "a loop of links"):
            assert (file, written) in places, (written, made.report.lines)


def test_every_reference_is_known() -> None:
    """No row of `READ` is about a file that no case names."""
    named = {
        (name, written)
        for name, case in CASES.items()
        for text in case.files.values()
        for written in re.findall("«([^»]*)»", text)
    }
    assert named >= READ


@pytest.mark.parametrize("name", CASES)
def test_a_name_that_no_file_can_have_is_one_that_is_not_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.chdir(tmp_path)

    def long(found: re.Match[str]) -> str:
        folder, stem, end = found.groups()
        return f"«{folder}{stem}{'x' * 300}{end}»"

    # Of a distribution's record a part of the name is the version.
    files = {
        file: re.sub(r"«((?:-e )?(?:[^»/]*/)*)([^»/]+?)((?:\.[a-z]+)?)»", long, text)
        for file, text in case.files.items()
    }
    wanted = marked_project(tmp_path, files)
    made = imported(case.kind, tmp_path / case.read)
    found = [one for one in made.report.findings if one.code == "W1306"]
    assert places_of(found, made.report.sources, tmp_path) == wanted


@pytest.mark.parametrize("way", [way for way in WAYS if way != "a folder"])
def test_the_file_that_was_asked_for_ends_it(way: str, tmp_path: Path) -> None:
    project(tmp_path, {})
    WAYS[way](tmp_path / "requirements.txt")
    done = envspec("import", "pip", "requirements.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "E1301" in done.stderr and "requirements.txt" in done.stderr


@pytest.mark.parametrize("way", ["an error of the disk", "a loop of links", "a pipe", "a folder"])
def test_a_file_beside_it_is_told_and_the_rest_comes_over(way: str, tmp_path: Path) -> None:
    """Files that nobody names and that count all the same."""
    project(tmp_path, {"requirements.txt": "six\n"})
    for name in ("apt.txt", "runtime.txt", "postBuild"):
        WAYS[way](tmp_path / name)
    made = import_spec("binder", tmp_path, output=tmp_path / "a.envspec")
    assert '"six"' in made.text
    if way in ("an error of the disk",):
        told = {line.what: line.reason for line in made.report.lines if line.outcome == "dropped"}
        assert told.keys() == {"apt.txt", "runtime.txt", "postBuild"}
        assert set(told.values()) == {f"`{name}` cannot be read: input/output error" for name in told}


def test_a_setup_cfg_beside_it(tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["six"]\n'})
    _no_disk(tmp_path / "setup.cfg")
    made = import_spec("pyproject", tmp_path / "pyproject.toml", output=tmp_path / "a.envspec")
    assert '"six"' in made.text
