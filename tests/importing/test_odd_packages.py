"""Forms of packages that real files of conda and pip have, each made here as small as it shows what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from envspec.diagnostics import Failure
from tests.exporting.exported import exported
from tests.importing.imported import compiled, environment_of, imported, losses, project, reasons


def conda(folder: Path, text: str) -> dict[str, str]:
    """The conda packages of what is made of a file, by name."""
    imported("conda", project(folder, {"environment.yml": text}) / "environment.yml")
    return {package["name"]: package["spec"] for package in environment_of(folder)["conda"]}


def pip(folder: Path, text: str | bytes, **files: str) -> list[str]:
    imported("pip", project(folder, {"requirements.txt": text, **files}) / "requirements.txt")
    return [package["text"] for package in environment_of(folder)["pip"]]


def dependencies(*packages: str) -> str:
    return "dependencies:\n" + "".join(f"- {package}\n" for package in packages)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("python 3.8", "python ==3.8"),
        ("numpy 1.2|1.3", "numpy ==1.2|==1.3"),
        ("numpy=1.2|1.3", "numpy 1.2.*|==1.3"),
        ("numpy 1.2,!=1.2.1", "numpy ==1.2,!=1.2.1"),
    ],
)
def test_a_version_alone_is_exactly_it_as_conda_reads_it(tmp_path: Path, written: str, meant: str) -> None:
    assert list(conda(tmp_path, dependencies(written)).values()) == [meant]


def test_an_archive_of_a_channel_is_its_package(tmp_path: Path) -> None:
    text = dependencies(
        "https://conda.anaconda.org/conda-forge/noarch/a-b-1.0-py_0.conda",
        "https://h.example/own/linux-64/c-2.1-h0_0.tar.bz2#0123",
        "https://h.example/own/osx-64/d-2.1-h0_0.conda",
    )
    made = imported("conda", project(tmp_path, {"environment.yml": text}) / "environment.yml")
    assert [package["spec"] for package in environment_of(tmp_path)["conda"]] == [
        "conda-forge::a-b ==1.0 py_0", "https://h.example/own::c ==2.1 h0_0",
    ]  # fmt: skip
    assert [(outcome, line) for outcome, _, line in losses(made)] == [
        ("changed", 2), ("changed", 3), ("dropped", 4),
    ]  # fmt: skip
    assert "`osx-64`: an image is for Linux" in made.report.lines[-1].reason


def test_selectors_of_micromamba(tmp_path: Path) -> None:
    selected = ("sel(linux): gcc", "sel(unix): [make, 'cmake >=3']", "sel(win): vs2019", "sel(osx): [clang]")
    text = dependencies("zlib", *selected)
    made = imported("conda", project(tmp_path, {"environment.yml": text}) / "environment.yml")
    assert [package["spec"] for package in environment_of(tmp_path)["conda"]] == [
        "zlib",
        "gcc",
        "make",
        "cmake >=3",
    ]
    assert losses(made) == [
        ("changed", "sel(linux): gcc", 3), ("changed", "sel(unix): make", 4), ("changed", "sel(unix): cmake >=3", 4),
        ("dropped", "sel(win): vs2019", 5), ("dropped", "sel(osx): clang", 6),
    ]  # fmt: skip


def test_a_template_is_told_as_one(tmp_path: Path) -> None:
    text = "dependencies:\n- numpy={{ numpy }}\n- six\n- pip:\n  - idna=={{latest}}\n"
    made = imported("conda", project(tmp_path, {"environment.yml": text}) / "environment.yml")
    assert [line for _, _, line in losses(made)] == [2, 5]
    assert all("import what that makes" in reason for reason in reasons(made).values())


@pytest.mark.parametrize(
    "text",
    [
        "name: a\ndependencies:\n- numpy\n",
        "name: a\ndependencies:\n- numpy\n- pip:\n  - six\n",
        "name: a\nchannels:\n- conda-forge\ndependencies:\n- numpy\n- pip\n- pip:\n  - six\n",
        "name: a\ndependencies:\n- pip:\n  - six\n",
        "name: a\nchannels:\n- defaults\ndependencies:\n- python 3.8.*\n",
        "name: a\ndependencies:\n- zlib\nplatforms:\n- linux-64\n- linux-aarch64\n",
    ],
)
def test_nothing_is_added_to_a_conda_file(tmp_path: Path, text: str) -> None:
    place = project(tmp_path, {"environment.yml": text}) / "environment.yml"
    imported("conda", place)
    before, errors = compiled(tmp_path)
    assert errors == []
    out = exported(tmp_path, "conda", file="made.envspec", output=place)
    assert out.losses == ()
    assert yaml.safe_load(out.text) == yaml.safe_load(text)
    place.write_text(out.text)
    imported("conda", place)
    assert compiled(tmp_path)[0] == before


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("git+https://h.example/a.git#egg=foo&subdirectory=lib", "foo @ git+https://h.example/a.git#subdirectory=lib"),
        ("-e git+https://h.example/a.git@v1#subdirectory=lib&egg=foo[x]", "foo[x] @ git+https://h.example/a.git@v1#subdirectory=lib"),
        ("git+https://git@h.example/me/foo.git", "foo @ git+https://h.example/me/foo.git"),
        ("foo @ git+https://git@h.example/me/foo.git@v1", "foo @ git+https://h.example/me/foo.git@v1"),
        ("-e git://h.example/me/foo.git#egg=foo", "foo @ git+git://h.example/me/foo.git"),
        ("git+ssh://git@h.example/me/foo.git@v1#egg=foo", "foo @ git+ssh://git@h.example/me/foo.git@v1"),
        ("git+https://h.example/me/foo.git@feature/x", "foo @ git+https://h.example/me/foo.git@feature/x"),
        ("https://h.example/x.zip#egg=foo[a]&subdirectory=lib", "foo[a] @ https://h.example/x.zip#subdirectory=lib"),
        ("https://h.example/foo-1.zip ; python_version < '4'", 'foo @ https://h.example/foo-1.zip ; python_version < "4"'),
        ("https://h.example/foo-1.zip; python_version < '4'", 'foo @ https://h.example/foo-1.zip ; python_version < "4"'),
        ("https://h.example/foo-1+cu1-py3-none-any.whl; python_version < '4'",
         'foo @ https://h.example/foo-1+cu1-py3-none-any.whl ; python_version < "4"'),
        ("git+https://h.example/me/foo.git; python_version < '4'",
         'foo @ git+https://h.example/me/foo.git ; python_version < "4"'),
    ],
)  # fmt: skip
def test_an_address_keeps_all_but_its_egg(tmp_path: Path, line: str, meant: str) -> None:
    assert pip(tmp_path, f"{line}\n") == [meant]


def test_the_address_of_a_wheel_twice(tmp_path: Path) -> None:
    line = "https://h.example/foo-1.0-py3-none-any.whl\n"
    assert len(pip(tmp_path, line + line)) == 1


def test_a_path_without_a_dot_is_looked_for_too(tmp_path: Path) -> None:
    text = "lib/there\nlib/gone\nlib/there ; python_version > '3'\n"
    files: dict[str, str | bytes] = {"requirements.txt": text, "lib/there/setup.py": ""}
    made = imported("pip", project(tmp_path, files) / "requirements.txt")
    assert [package["text"] for package in environment_of(tmp_path)["pip"]] == ["lib/there"]
    assert [(outcome, line) for outcome, _, line in losses(made)] == [("dropped", 2), ("changed", 3)]


def test_a_project_is_listed_once(tmp_path: Path) -> None:
    made = imported("pip", project(tmp_path, {"requirements.txt": "-e .\n.\n-e .\n"}) / "requirements.txt")
    assert [package["kind"] for package in environment_of(tmp_path)["pip"]] == ["editable"]
    assert losses(made) == [("dropped", ".", 2)]


PYPROJECT = """[project]
name = "own"
version = "1"
[project.optional-dependencies]
all = ["own[test]", "idna"]
test = ["pytest>=8"]
"""
SETUP_CFG = "[metadata]\nname = own\n[options.extras_require]\nall =\n    pytest>=8\n    idna\n"


@pytest.mark.parametrize("files", [{"pyproject.toml": PYPROJECT}, {"setup.cfg": SETUP_CFG}])
def test_what_the_extras_of_a_project_need_is_written_out(
    tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    place = project(tmp_path, {"requirements.txt": "-e .[all]\n", **files}) / "requirements.txt"
    made = imported("pip", place)
    texts = [package["text"] for package in environment_of(tmp_path)["pip"]]
    assert (texts[0], sorted(texts[1:])) == (".", ["idna", "pytest>=8"])
    assert reasons(made) == {"-e .[all]": "a path takes no extras: what `[all]` needs is written out"}
    (file,) = files
    assert {line.file for line in made.report.lines} == {"requirements.txt", file}


def test_extras_that_no_file_says(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": ".[all,test]\n",
        "setup.py": "",
        "pyproject.toml": PYPROJECT.replace("all", "al"),
    }
    made = imported("pip", project(tmp_path, files) / "requirements.txt")
    assert reasons(made) == {".[all,test]": "a path takes no extras: name what `[all,test]` needs"}


def test_comments_of_what_is_in_no_list(tmp_path: Path) -> None:
    text = (
        "# one\n--index-url https://h.example/simple  # two\n# three\n-r more.txt  # four\n# five\nsix  # six\n# seven\n"
        "nonsense here  # eight\n# nine\n"
    )
    files: dict[str, str | bytes] = {"requirements.txt": text, "more.txt": "# m1\nidna\n# m2\n"}
    made = imported("pip", project(tmp_path, files) / "requirements.txt")
    found = [line.partition("# ")[2] for line in made.text.splitlines() if "# " in line]
    assert found == ["one", "two", "three", "four", "m1", "m2", "five", "six", "seven", "eight", "nine"]


@pytest.mark.parametrize(
    "text", ["name: app\ndependencies:\n  http: ^1.0\n", "dependencies: numpy\nversion: 3\n"]
)
def test_what_has_dependencies_and_is_not_conda(tmp_path: Path, text: str) -> None:
    place = project(tmp_path, {"environment.yml": text}) / "environment.yml"
    with pytest.raises(Failure) as failed:
        imported("conda", place)
    (found,) = failed.value.diagnostics
    assert found.code == "E1302" and "a list" in found.message


def test_bounds_that_are_there_already_are_not_repeated(tmp_path: Path) -> None:
    (text,) = pip(tmp_path, "moto[s3]==5.1\nmoto[sqs]==5.1\nmoto>=5\n")
    assert (text.count("5.1"), Requirement(text)) == (1, Requirement("moto[s3,sqs]==5.1,>=5"))


def test_a_file_of_another_kind_is_no_empty_environment(tmp_path: Path) -> None:
    file = tmp_path / "environment.yml"
    file.write_text("name: e\ndependencies:\n- python=3.11\n- numpy>=1\n")
    with pytest.raises(Failure) as caught:
        imported("pip", file)
    finding, *others = caught.value.diagnostics
    assert finding.code == "E1303" and {one.code for one in others} == {"W1307"}
    assert f"envspec import conda {file}" in finding.help
    texts = [caught.value.sources[one.span.file].text[slice(*one.span[1:])] for one in others if one.span]
    assert texts == ["name: e", "dependencies:"]
    assert any("numpy" in note for note in finding.notes)
    (tmp_path / "empty.txt").write_text("# nothing yet\n")
    assert "environment empty" in imported("pip", tmp_path / "empty.txt").text
