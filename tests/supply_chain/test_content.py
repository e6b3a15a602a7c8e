"""A real environment, made by the local engine, and everything that can be done to it afterwards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic
from envspec.engines.local.engine import LocalEngine
from envspec.frozen import replace
from envspec.ir.types import Environment, PipPackage
from envspec.lock.model import LockedPip, LockedPlatform
from envspec.supply_chain.content import differences
from envspec.supply_chain.file_tree import tree_of_folder
from tests.engines.conda_channel import CondaChannel
from tests.engines_local.requests import PLATFORM, build_request
from tests.engines_local.specimens import PYTHON, conda_environment, locked_conda, locked_wheel
from tests.supply_chain.specimens import make_wheel

ENVIRONMENT = Environment("e", "e", python=PYTHON, pip=(PipPackage("path", "feature", "dist/x.whl"),))
FILES = {"feature/__init__.py": "VALUE = 1\n", "feature/part.py": "VALUE = 2\n"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LockedPlatform]:
    """An environment with one wheel of two files."""
    root = tmp_path_factory.mktemp("built")
    wheel = make_wheel(root / "dist", "feature", "1.0", FILES)
    locked = LockedPlatform(PLATFORM, PYTHON, paths=(locked_wheel(root, wheel, "feature"),))
    return Path(LocalEngine().build(build_request(root, ENVIRONMENT, locked)).location), locked


@pytest.fixture
def copied(built: tuple[Path, LockedPlatform], tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(built[0], tmp_path / "env", symlinks=True))


def packages(folder: Path) -> Path:
    return folder / "lib" / f"python{PYTHON}" / "site-packages"


def found(folder: Path, locked: LockedPlatform) -> set[tuple[str, str]]:
    """Codes, and what is in backticks first in each message, without its folders."""
    return named(differences(ENVIRONMENT, locked, tree_of_folder(folder)))


def named(problems: list[Diagnostic]) -> set[tuple[str, str]]:
    return {
        (one.code, one.message.partition("`")[2].partition("`")[0].rpartition("/")[2]) for one in problems
    }


def test_as_it_was_built(built: tuple[Path, LockedPlatform]) -> None:
    assert found(*built) == set()


def remove_package(site: Path) -> None:
    shutil.rmtree(site / "feature")
    shutil.rmtree(site / "feature-1.0.dist-info")


def add_package(site: Path) -> None:
    info = site / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: Evil\nVersion: 1.0\n")
    (info / "RECORD").write_text("evil.py,,\nevil-1.0.dist-info/METADATA,,\nevil-1.0.dist-info/RECORD,,\n")
    (site / "evil.py").write_text("")


def twice(site: Path) -> None:
    shutil.copytree(site / "feature-1.0.dist-info", site / "feature-0.9.dist-info")


def link_away(site: Path) -> None:
    (site / "feature" / "part.py").unlink()
    (site / "feature" / "part.py").symlink_to("/etc/hostname")


def compiled_without_source(site: Path) -> None:
    (site / "__pycache__").mkdir(exist_ok=True)
    (site / "__pycache__" / "sitecustomize.cpython-311.pyc").write_bytes(b"x")


def other_version(site: Path) -> None:
    """A package that says it is of another version: both its record and itself are in order."""
    shutil.rmtree(site / "feature-1.0.dist-info")
    info = site / "feature-1.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: feature\nVersion: 1.1\n")
    (info / "RECORD").write_text("feature/__init__.py,,\nfeature/part.py,,\n")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda site: (site / "feature" / "part.py").write_text("VALUE = 3\n"), {("E1415", "part.py")}),
        (lambda site: (site / "feature" / "part.py").unlink(), {("E1416", "part.py")}),
        (link_away, {("E1416", "part.py")}),
        (lambda site: (site / "sitecustomize.py").write_text(""), {("E1417", "sitecustomize.py")}),
        (lambda site: (site / "x.pth").write_text("import os\n"), {("E1417", "x.pth")}),
        (lambda site: (site / "x.pth").symlink_to("/tmp/x.pth"), {("E1417", "x.pth")}),
        (compiled_without_source, {("E1417", "sitecustomize.cpython-311.pyc")}),
        (remove_package, {("E1412", "feature")}),
        (add_package, {("E1414", "evil 1.0")}),
        (twice, {("E1414", "feature 1.0")}),
        (
            lambda site: (site / "feature-1.0.dist-info" / "RECORD").write_bytes(b"\xff"),
            {("E1415", "RECORD"), ("E1412", "feature")},
        ),
    ],
)  # fmt: skip
def test_what_was_changed_is_found(
    built: tuple[Path, LockedPlatform],
    copied: Path,
    change: Callable[[Path], object],
    expected: set[tuple[str, str]],
) -> None:
    change(packages(copied))
    assert expected <= found(copied, built[1])
    assert expected != set()


def test_a_version_that_is_not_the_locked_one(built: tuple[Path, LockedPlatform], copied: Path) -> None:
    as_pip = replace(built[1], paths=(), pip=(LockedPip("feature", "1.0.0", ()),))
    assert found(copied, as_pip) == set(), "1.0.0 is 1.0"
    other_version(packages(copied))
    assert found(copied, as_pip) == {("E1413", "feature")}


def test_the_python_that_it_was_made_for(built: tuple[Path, LockedPlatform]) -> None:
    assert found(built[0], replace(built[1], python="3.7")) == {("E1413", "python")}


def test_many_files_are_counted(built: tuple[Path, LockedPlatform], copied: Path) -> None:
    for at in range(9):
        (packages(copied) / f"new{at}.py").write_text("")
    problems = differences(ENVIRONMENT, built[1], tree_of_folder(copied))
    assert len(problems) == 6 and problems[-1].message.startswith("4 more files")


@pytest.mark.slow
def test_conda_packages(conda_channel: CondaChannel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "RATTLER_CACHE_DIR", str(tmp_path / "cache")
    )  # whose files are linked, and changed here
    environment = conda_environment(conda_channel, "python", "six")
    locked = locked_conda(conda_channel, "python", "six")
    prefix = Path(LocalEngine().build(build_request(tmp_path, environment, locked)).location)

    def codes() -> set[tuple[str, str]]:
        return named(differences(environment, locked, tree_of_folder(prefix)))

    assert codes() == set()
    six = next((prefix / "lib").glob("python3.*/site-packages/six.py"))
    six.write_bytes(six.read_bytes() + b"#")
    (note,) = (prefix / "conda-meta").glob("six-*.json")
    said = json.loads(note.read_text())
    assert codes() == {("E1415", "six.py")}
    note.write_text(json.dumps({**said, "build": "other"}))
    assert ("E1413", "six") in codes()
    note.write_text(json.dumps({**said, "sha256": "0" * 64}))
    assert ("E1413", "six") in codes()
    note.write_text(json.dumps({**said, "name": "seven"}))
    assert {("E1412", f"six {said['version']}"), ("E1414", f"seven {said['version']}")} <= codes()
    note.write_text("{")
    assert {("E1415", note.name), ("E1412", f"six {said['version']}")} <= codes()
