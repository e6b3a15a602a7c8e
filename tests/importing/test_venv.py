"""Virtual environments as uv, venv and pip make them: what was asked for comes out, and the rest is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported
from envspec.diagnostics import Failure
from tests.importing.imported import compiled, imported, losses, project
from tests.importing.made_environments import dist_info, editable_project, install, make_venv, wheel

TOOLS = ("uv", "venv")


def pip_of(folder: Path) -> list[tuple[str, str]]:
    """Kind and text of the packages of the only environment."""
    document, errors = compiled(folder)
    assert errors == []
    (environment,) = document["environments"].values()
    return [(one["kind"], one["text"]) for one in environment.get("pip", [])]


def told(made: Imported) -> dict[str, tuple[str, str]]:
    return {line.what: (line.outcome, line.reason) for line in made.report.lines}


@pytest.fixture(scope="module", params=TOOLS)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment has a package from an index, what that needs, an editable project and a wheel."""
    folder = tmp_path_factory.mktemp("project")
    root = folder / "wines"
    root.mkdir()
    project(root, {})
    index = folder / "index"
    wheel(index, "grapes", "1.2", ["vines>=1", "barrels; extra == 'wood'"], ["wood"])
    wheel(index, "vines", "1.9")
    local = wheel(root / "dist", "corks", "3.0+local.1")
    source = editable_project(root / "packages" / "cellar", "cellar")
    make_venv(root / ".venv", request.param)
    install(root / ".venv", request.param, "--find-links", index, "grapes")
    install(root / ".venv", request.param, local, "-e", source)
    return root


def test_a_real_one(real: Path) -> None:
    made = imported("venv", real)
    assert sorted(pip_of(real)) == [
        ("editable", "packages/cellar"),
        ("path", "dist/corks-3.0+local.1-py3-none-any.whl"),
        ("requirement", "grapes==1.2"),
    ]
    assert "environment wines {" in made.text
    assert 'python = "3.' in made.text
    assert told(made)["vines==1.9"] == ("dropped", "it came with `grapes`, and the lock chooses it again")


def test_its_folder_and_its_file_are_the_same_environment(real: Path) -> None:
    by_folder = imported("venv", real / ".venv").text.replace("../", "./")
    by_parent = imported("venv", real).text
    assert by_folder == by_parent
    assert "environment other {" in imported("venv", real, name="other").text


def test_every_line_of_the_configuration_is_told(real: Path) -> None:
    made = imported("venv", real)
    lines = (real / ".venv" / "pyvenv.cfg").read_text().splitlines()
    assert {line.line for line in made.report.lines if line.file == "pyvenv.cfg"} == set(
        range(1, len(lines) + 1)
    )


def test_as_importlib_metadata_sees_it(real: Path) -> None:
    """Every project that the standard library finds is in the report, and no other."""
    from importlib.metadata import distributions

    (site,) = (real / ".venv" / "lib").glob("python3*/site-packages")
    seen = {f"{one.name}=={one.version}" for one in distributions(path=[str(site)])}
    made = imported("venv", real)
    files = {line.file for line in made.report.lines if line.file.endswith(".dist-info")}
    assert len(files) == len(seen)
    assert {f"{Path(file).name.removesuffix('.dist-info').replace('-', '==', 1)}" for file in files} == seen


def by_hand(folder: Path, configuration: str = "home = /usr/bin\nversion = 3.12.1\n") -> Path:
    """An environment made by hand; its site-packages."""
    site = folder / "env" / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "env" / "pyvenv.cfg").write_text(configuration)
    return site


def test_marks_say_what_was_asked_for(tmp_path: Path) -> None:
    """`urllib3` is needed by `requests` and was asked for as well."""
    site = by_hand(tmp_path)
    dist_info(
        site,
        "requests",
        "2.32.3",
        requires=["urllib3 <3", "idna"],
        files={"REQUESTED": "", "INSTALLER": "pip\n"},
    )
    dist_info(site, "urllib3", "1.26.20", files={"REQUESTED": "", "INSTALLER": "pip\n"})
    dist_info(site, "idna", "3.7", files={"INSTALLER": "pip\n"})
    imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("requirement", "requests==2.32.3"), ("requirement", "urllib3==1.26.20")]


def test_the_marks_of_uv_say_nothing(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    for name, requires in (("requests", ["idna"]), ("idna", [])):
        dist_info(site, name, "1.0", requires=requires, files={"REQUESTED": "", "INSTALLER": "uv"})
    imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("requirement", "requests==1.0")]


def test_an_extra_that_explains_what_is_there(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    dist_info(
        site, "uvicorn", "0.30.0",
        requires=["click", 'httptools>=0.5 ; extra == "standard"',
                  'colorama ; sys_platform == "win32" and extra == "standard"',
                  'pytest ; extra == "dev"'],
        files={"REQUESTED": ""},
    )  # fmt: skip
    for name in ("click", "httptools"):
        dist_info(site, name, "1.0")
    made = imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("requirement", "uvicorn[standard]==0.30.0")]
    assert told(made)["httptools==1.0"][1].startswith("it came with `uvicorn`")


def test_a_circle_and_an_orphan_count_as_asked_for(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    dist_info(site, "asked", "1.0", files={"REQUESTED": ""})
    dist_info(site, "orphan", "2.0")
    dist_info(site, "left", "1.0", requires=["right"])
    dist_info(site, "right", "1.0", requires=["left"])
    imported("venv", tmp_path)
    assert pip_of(tmp_path) == [
        ("requirement", "asked==1.0"), ("requirement", "left==1.0"), ("requirement", "orphan==2.0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("direct", "expected"),
    [
        ({"url": "https://git.example/a/b.git",
          "vcs_info": {"vcs": "git", "commit_id": "0" * 40, "requested_revision": "main"}, "subdirectory": "python"},
         f"thing @ git+https://git.example/a/b.git@{'0' * 40}#subdirectory=python"),
        ({"url": "https://files.example/thing-1.0-py3-none-any.whl", "archive_info": {"hash": "sha256=00"}},
         "thing @ https://files.example/thing-1.0-py3-none-any.whl"),
        ({"url": "https://files.example/thing-1.0.tar.gz", "archive_info": {}}, "thing @ https://files.example/thing-1.0.tar.gz"),
    ],
)  # fmt: skip
def test_what_came_from_an_address(direct: dict[str, Any], expected: str, tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    dist_info(site, "thing", "1.0", files={"direct_url.json": json.dumps(direct)})
    imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("requirement", expected)]


def test_what_came_from_outside_of_the_project_is_told(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    dist_info(
        site,
        "far",
        "1.0",
        files={"direct_url.json": '{"url": "file:///somewhere/far", "dir_info": {"editable": true}}'},
    )
    dist_info(site, "near", "1.0")
    made = imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("requirement", "near==1.0")]
    assert told(made)["far==1.0"] == (
        "dropped",
        "it was installed from a place outside of the project: copy it into the project, or name an index that has it",
    )


def test_a_local_version_is_of_an_index_that_is_not_known(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    dist_info(site, "torch", "2.3.0+cu121")
    made = imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("requirement", "torch==2.3.0+cu121")]
    assert losses(made)[-1][:2] == ("changed", "torch==2.3.0+cu121")


def test_older_forms_of_metadata(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    (site / "old-1.0.egg-info").write_text("Metadata-Version: 1.1\nName: old\nVersion: 1.0\n")
    (tmp_path / "src").mkdir()
    (site / "developed.egg-link").write_text(f"{tmp_path / 'src'}\n.")
    (site / "mine.pth").write_text("/somewhere\n")
    (site / "broken-1.0.dist-info").mkdir()
    made = imported("venv", tmp_path)
    assert pip_of(tmp_path) == [("editable", "src"), ("requirement", "old==1.0")]
    assert told(made)["mine.pth"][0] == "dropped"
    assert told(made)["broken-1.0"] == ("dropped", "its metadata cannot be read")


def test_credentials_stay_out(tmp_path: Path) -> None:
    site = by_hand(tmp_path)
    direct = {
        "url": "https://user:hunter2hunter2@git.example/a/b.git",
        "vcs_info": {"vcs": "git", "commit_id": "abc"},
    }
    dist_info(site, "thing", "1.0", files={"direct_url.json": json.dumps(direct)})
    dist_info(site, "near", "1.0")
    made = imported("venv", tmp_path)
    assert "hunter2" not in made.text + repr(made.report)


def test_the_prompt_names_an_environment_of_a_usual_folder(tmp_path: Path) -> None:
    dist_info(by_hand(tmp_path, "version_info = 3.11.4.final.0\nprompt = 'wine tasting'\n"), "near", "1.0")
    made = imported("venv", tmp_path)
    assert "environment wine-tasting {" in made.text
    assert 'python = "3.11"' in made.text


def test_what_else_the_configuration_says(tmp_path: Path) -> None:
    by_hand(tmp_path, "implementation = PyPy\ninclude-system-site-packages = true\nversion = 2.7.18\n")
    dist_info(tmp_path / "env/lib/python3.12/site-packages", "near", "1.0")
    made = imported("venv", tmp_path)
    assert [outcome for outcome, _, line in losses(made) if line] == ["dropped"] * 3
    assert "python" not in made.text


@pytest.mark.parametrize("text", ["", "nothing here\n", "\0\x01\xff"])
def test_no_environment(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_bytes(text.encode("latin-1"))
    with pytest.raises(Failure) as failure:
        imported("venv", tmp_path)
    assert failure.value.diagnostics[0].code in ("E1301", "E1302")


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        imported("venv", tmp_path)
    assert failure.value.diagnostics[0].code == "E1301"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["url", "vcs_info", "vcs", "commit_id", "editable", "subdirectory"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(direct=st.dictionaries(st.sampled_from(["url", "vcs_info", "dir_info", "archive_info", "subdirectory"]), JSON),
       metadata=st.text(max_size=80))  # fmt: skip
def test_metadata_of_any_form(
    direct: dict[str, Any], metadata: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    site = by_hand(folder)
    dist_info(site, "thing", "1.0", files={"direct_url.json": json.dumps(direct)})
    odd = dist_info(site, "odd", "1.0")
    (odd / "METADATA").write_text(f"Name: odd\nVersion: 1.0\nRequires-Dist: {metadata}\n{metadata}")
    imported("venv", folder)
    assert compiled(folder)[1] == []
