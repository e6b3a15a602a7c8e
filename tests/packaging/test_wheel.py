"""The wheel holds the tree and nothing else, and works in an environment that has nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from envspec.lock.uv_process import uv_program
from envspec.lock.uv_settings import uv_environment
from tests.engines.free_port import free_port

pytestmark = pytest.mark.index

ROOT = Path(__file__).parents[2]
PARTS = ("compiler", "grammar", "templates", "examples")
PLACES = {"compiler/envspec": "envspec", "grammar": "envspec/grammar", "templates": "envspec/templates"}


def call(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the project as a checkout has them: nothing that a build or a test left behind."""
    folder = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", ".envspec", "build")
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def built(tree: Path) -> tuple[Path, Path]:
    """The wheel, made from the source distribution, and that."""
    call(uv_program(), "build", "-q", "-o", tree / "dist", ".", cwd=tree, env=uv_environment())
    (wheel,) = (tree / "dist").glob("*.whl")
    (sdist,) = (tree / "dist").glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a shell in whose environment only the wheel, and what it depends on, is installed."""
    folder = tmp_path_factory.mktemp("installed")
    variables = uv_environment()
    call(uv_program(), "venv", "-q", "--python", sys.executable, folder / "env", cwd=folder, env=variables)
    python = folder / "env" / "bin" / "python"
    call(uv_program(), "pip", "install", "-q", "--python", python, built[0], cwd=folder, env=variables)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    return {**kept, "PATH": f"{python.parent}:/usr/bin:/bin"}


def test_the_wheel_holds_the_tree_and_nothing_else(tree: Path, built: tuple[Path, Path]) -> None:
    expected = {
        f"{place}/{path.relative_to(tree / part).as_posix()}"
        for part, place in PLACES.items()
        for path in (tree / part).rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(built[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert names == expected
        for part, place in PLACES.items():
            for path in (tree / part).rglob("*"):
                if path.is_file():
                    name = f"{place}/{path.relative_to(tree / part).as_posix()}"
                    assert wheel.read(name) == path.read_bytes(), name


def test_the_source_distribution_can_be_built_from(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml", "compiler/envspec/py.typed"} <= names


def test_it_is_imported_from_the_zip_file(built: tuple[Path, Path], tree: Path) -> None:
    variables = {**os.environ, "PYTHONPATH": str(built[0])}
    where = call(sys.executable, "-c", "import envspec; print(envspec.__file__)", cwd=tree, env=variables)
    assert where.stdout.startswith(str(built[0]))
    wine = tree / "examples" / "wine"
    call(sys.executable, "-m", "envspec", "check", cwd=wine, env=variables)
    call(sys.executable, "-m", "envspec", "compile", "-o", tree / "zipped", cwd=wine, env=variables)
    direct = call(sys.executable, "-m", "envspec", "compile", "-o", tree / "direct", cwd=wine)
    assert direct.returncode == 0
    zipped = {
        p.relative_to(tree / "zipped"): p.read_bytes() for p in (tree / "zipped").rglob("*") if p.is_file()
    }
    assert zipped == {
        p.relative_to(tree / "direct"): p.read_bytes() for p in (tree / "direct").rglob("*") if p.is_file()
    }


def test_the_wheel_alone_goes_from_text_to_a_prediction(
    installed: dict[str, str], tree: Path, tmp_path: Path
) -> None:
    wine = tmp_path / "wine"
    shutil.copytree(tree / "examples" / "wine", wine)
    port = f"port={free_port()}"
    envspec = Path(installed["PATH"].partition(":")[0]) / "envspec"

    def ok(*arguments: str) -> str:
        return call(envspec, *arguments, cwd=wine, env=installed).stdout

    ok("check")
    ok("lock", "--check")
    ok("compile", "-o", "out")
    assert ok("build").startswith("sklearn:1  built")
    ok("run")
    try:
        ok("deploy", "--set", port)
        assert '"cultivars": ["class_0", "class_1"]' in ok(
            "deployments", "invoke", "scorer", "tests/request.json"
        )
    finally:
        ok("deployments", "stop", "scorer")
    listed = call(envspec.parent / "python", "-c", "import sys; print(sys.prefix)", cwd=wine, env=installed)
    assert listed.stdout.strip() == str(envspec.parent.parent)
