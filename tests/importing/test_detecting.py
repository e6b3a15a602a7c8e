"""Finding out which kind a file or a folder is."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from envspec.actions.importing import import_spec
from envspec.importing.detecting import SIGNS, kind_of, seen_in
from envspec.importing.order_page import with_table
from envspec.importing.table import KINDS
from tests.importing.folders_of_tools import OTHERS, TOOLS, make_conda_prefix, make_tool
from tests.importing.imported import CORPUS, project
from tests.importing.made_environments import make_venv
from tests.importing.test_table import FILES as HOSTILE

UNSURE = {"azureml-examples-13d0e5430e.txt", "azureml-examples-93ed2a1546.txt", "repo2docker-1ab094ade3.txt",
          "azureml-examples-2928ec0080.txt"}  # fmt: skip
"""Lists without any bound (one of them in Python's quotes): nothing but their name could say what they are."""


def test_every_kind_has_a_sign_and_a_folder_here() -> None:
    assert {sign.kind for sign in SIGNS} == set(KINDS)
    assert {kind for kind, _, _ in TOOLS.values()} | {"conda-env", "venv"} == set(KINDS)


def test_the_page_has_the_order() -> None:
    page = Path(__file__).parents[2] / "docs" / "import.md"
    text = page.read_text(encoding="utf-8")
    assert with_table(text) == text, "python -m envspec.importing.order_page docs/import.md"


@pytest.mark.parametrize("name", TOOLS)
def test_a_folder_of_each_kind(name: str, tmp_path: Path) -> None:
    kind, path, files = TOOLS[name]
    root = make_tool(name, tmp_path)
    seen = seen_in(root)
    if kind == "script":  # of a folder, programs are not asked
        seen = [one for one in [kind_of(root / path)] if one is not None]
    assert (seen[0].kind, seen[0].path) == (kind, path)
    assert seen[0].file in files or path == "."
    made = import_spec(seen[0].kind, root / seen[0].path, output=root / "made.envspec")
    assert made.spec.blocks


@pytest.mark.parametrize("name", TOOLS)
def test_its_file_alone(name: str, tmp_path: Path) -> None:
    kind, _, files = TOOLS[name]
    root = make_tool(name, tmp_path)
    first = "apt.txt" if name == "binder, without its folder" else next(iter(files))
    if kind == "binder" and "/" in first:
        # its name says nothing of the folder that it is in
        assert getattr(kind_of(root / first), "kind", "") == "conda"
        return
    seen = kind_of(root / first)
    assert seen is not None and (seen.kind, seen.path) == (kind, Path(first).name)


def test_environments_that_are_there(tmp_path: Path) -> None:
    prefix = make_conda_prefix(tmp_path)
    assert [(one.kind, one.path) for one in seen_in(prefix)][:1] == [("conda-env", ".")]
    make_venv(tmp_path / "own", "venv", pip=False)
    assert [(one.kind, one.path) for one in seen_in(tmp_path / "own")][:1] == [("venv", ".")]
    make_venv(tmp_path / "project" / ".venv", "venv", pip=False)
    assert [(one.kind, one.path) for one in seen_in(tmp_path / "project")] == [("venv", ".venv/pyvenv.cfg")]


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_of_no_kind(name: str, tmp_path: Path) -> None:
    project(tmp_path, dict(OTHERS[name]))
    assert seen_in(tmp_path) == []
    for file in OTHERS[name]:
        if "/" not in file:
            assert kind_of(tmp_path / file) is None


@pytest.mark.parametrize("kind", ["conda", "pip", "azureml"])
def test_real_files(kind: str) -> None:
    files = [path for path in sorted((CORPUS / kind).rglob("*")) if path.is_file()]
    wrong = {path.name for path in files if getattr(kind_of(path), "kind", "") != kind}
    env = "azureml-examples-63ad41c882.yaml"  # a `python_env.yaml`, which the kind `conda` reads too
    assert wrong == ({env} if kind == "conda" else UNSURE if kind == "pip" else set())
    if kind == "conda":
        assert getattr(kind_of(CORPUS / "conda" / env), "kind", "") == "mlproject"


def test_the_order_of_several(tmp_path: Path) -> None:
    files = {
        path: text
        for name in ("pipfile", "cog", "dockerfile", "truss", "uv")
        for path, text in TOOLS[name][2].items()
    }
    project(tmp_path, {**files, "requirements.txt": "six ==1.17.0\n"})
    found = [(one.kind, one.own) for one in seen_in(tmp_path)]
    assert found == [
        ("cog", False), ("truss", False), ("pipfile", False), ("pip", True), ("uv", False), ("dockerfile", False),
    ]  # fmt: skip


def test_a_pyproject_may_be_of_several(tmp_path: Path) -> None:
    text = '[project]\nname = "a"\ndependencies = []\n[tool.pixi.dependencies]\n[tool.bentoml.build]\nservice = "a:b"\n'
    project(tmp_path, {"pyproject.toml": text})
    assert [one.kind for one in seen_in(tmp_path)] == ["bentofile", "pixi", "pyproject"]
    poetry = '[project]\nname = "a"\ndependencies = ["b"]\n[tool.poetry.dependencies]\nb = {source = "c"}\n'
    project(tmp_path, {"pyproject.toml": poetry})
    assert [(one.kind, one.own) for one in seen_in(tmp_path)] == [("pyproject", True)]


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_has_a_kind_or_none(content: bytes, tmp_path: Path) -> None:
    names = [
        "a.yaml",
        "config.yaml",
        "cog.yaml",
        "pyproject.toml",
        "Dockerfile",
        "a.txt",
        "a.json",
        "a.py",
        "Pipfile",
    ]
    for name in names:
        (tmp_path / name).write_bytes(content)
    for name in names:
        kind_of(tmp_path / name)
    seen_in(tmp_path)


def test_only_the_beginning_of_a_file_is_read(tmp_path: Path) -> None:
    """A file of 200 GB, which is a hole."""
    for name in ("job.yml", "cog.yaml", "Dockerfile", "pyproject.toml"):
        with (tmp_path / name).open("wb") as file:
            file.write(b"build: 1\nFROM x\n")
            file.truncate(200 << 30)
    tracemalloc.start()
    assert [one.kind for one in seen_in(tmp_path)] == ["cog", "dockerfile"]
    assert kind_of(tmp_path / "job.yml") is None
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_links_pipes_and_folders_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "cog.yaml").write_text(TOOLS["cog"][2]["cog.yaml"])
    root = tmp_path / "root"
    root.mkdir()
    (root / "cog.yaml").symlink_to(tmp_path / "real" / "cog.yaml")
    (root / ".azureml").symlink_to(tmp_path / "real")
    (root / "binder").symlink_to("binder")
    (root / "Pipfile").mkdir()
    os.mkfifo(root / "pixi.toml")
    os.mkfifo(root / "job.yml")
    assert seen_in(root) == []
    assert kind_of(root / "job.yml") is None
    assert kind_of(root / ("x" * 300)) is None


def test_a_folder_of_many_files(tmp_path: Path) -> None:
    """No more than a part of them is opened, those first whose names say something."""
    for number in range(1_000):
        (tmp_path / f"a{number:04}.yaml").write_text("x: 1\n")
    (tmp_path / "cog.yaml").write_text(TOOLS["cog"][2]["cog.yaml"])
    (tmp_path / "Pipfile").write_text("")
    assert [one.kind for one in seen_in(tmp_path)] == ["cog", "pipfile"]
