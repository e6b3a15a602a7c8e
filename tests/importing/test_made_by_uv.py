"""A project that uv itself makes and locks here: every file that it writes of it says the same as its own export."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envspec.actions.importing import import_spec
from tests.importing.imported import compiled, project
from tests.importing.made_environments import UV, editable_project, wheel
from tests.importing.test_locks import MACHINES, on, requirements

PROJECT = """\
[project]
name = "wine"
version = "0.1.0"
requires-python = ">=3.10"
dependencies = [
    "alpha>=1",
    "beta[fast]>=1; python_version >= '3.11'",
    "beta<2; python_version < '3.11'",
    "winonly; sys_platform == 'win32'",
    "core",
]
[project.optional-dependencies]
plot = ["gamma"]
[dependency-groups]
dev = ["delta", { include-group = "lint" }]
lint = ["epsilon>=1"]
[tool.uv]
no-index = true
find-links = ["wheels"]
constraint-dependencies = ["eta<2"]
[tool.uv.sources]
core = { path = "libs/core", editable = true }
"""
RUNS = {
    "wine": ["--no-default-groups"],
    "wine-plot": ["--no-default-groups", "--extra", "plot"],
    "wine-lint": ["--no-default-groups", "--group", "lint"],
    "wine-dev": ["--group", "dev"],
}


def uv(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [UV, *arguments, "--offline", "-q"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("uv"), {"pyproject.toml": PROJECT})
    wheels = folder / "wheels"
    wheel(wheels, "alpha", "1.0", ["eta", "zeta; platform_machine == 'aarch64'"])
    wheel(wheels, "alpha", "1.1", ["eta", "zeta; platform_machine == 'aarch64'"])
    wheel(wheels, "beta", "1.5")
    wheel(wheels, "beta", "2.0", ["theta; extra == 'fast'"], ["fast"])
    for name in ("gamma", "delta", "epsilon", "zeta", "theta", "winonly"):
        wheel(wheels, name, "1.0", ["alpha"] if name == "gamma" else [])
    wheel(wheels, "eta", "1.9")
    wheel(wheels, "eta", "2.0")
    editable_project(folder / "libs" / "core", "core")
    uv(folder, "lock")
    return folder


def imported(folder: Path, kind: str, file: str) -> tuple[dict[str, list[str]], list[str]]:
    """The requirements of each environment, and what the report says is dropped."""
    found = import_spec(kind, folder / file, output=folder / "made.envspec", name="wine")
    (folder / "made.envspec").write_text(found.text)
    document, errors = compiled(folder)
    assert errors == []
    dropped = [line.what for line in found.report.lines if line.outcome == "dropped"]
    return {name: requirements(document, name) for name in document["environments"]}, dropped


def exported(folder: Path, *options: str) -> list[str]:
    text = uv(
        folder,
        "export",
        "--frozen",
        "--no-hashes",
        "--no-emit-project",
        "--no-annotate",
        "--no-header",
        *options,
    )
    return [line for line in text.splitlines() if not line.startswith("-")]


def test_its_lock(made: Path) -> None:
    environments, dropped = imported(made, "uv", "uv.lock")
    assert set(environments) == set(RUNS)
    for name, options in RUNS.items():
        theirs = exported(made, *options)
        for machine in MACHINES:
            for python in ("3.10.4", "3.11.9", "3.12.0"):
                assert on(machine, python, environments[name]) == on(machine, python, theirs), (name, python)
    assert "winonly 1.0" in dropped
    assert "-e ./libs/core" in (made / "made.envspec").read_text()


def test_its_pylock(made: Path) -> None:
    (made / "pylock.toml").write_text(
        uv(made, "export", "--frozen", "--format", "pylock.toml", "--no-emit-project")
    )
    environments, _ = imported(made, "pylock", "pylock.toml")
    theirs = exported(made)
    for machine in MACHINES:
        for python in ("3.10.4", "3.12.0"):
            assert on(machine, python, environments["wine"]) == on(machine, python, theirs)


def test_what_it_compiles_with_hashes_and_annotations(made: Path) -> None:
    text = uv(made, "pip", "compile", "pyproject.toml", "--all-extras", "--generate-hashes", "--universal")
    assert "# via" in text and "--hash=" in text and "-e " in text
    (made / "requirements.txt").write_text(text)
    environments, dropped = imported(made, "pip", "requirements.txt")
    theirs = [line.partition(" \\")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert len(theirs) > 5
    for machine in MACHINES:
        for python in ("3.10.4", "3.12.0"):
            assert on(machine, python, environments["wine"]) == on(machine, python, theirs)
    spec = (made / "made.envspec").read_text()
    assert f"{text.count('--hash=')} hashes" in dropped
    assert '"-e ./libs/core",' in spec
    (eta,) = [line for line in spec.splitlines() if '"eta==1.9"' in line]
    assert eta.endswith("# via -c (workspace), alpha")


def test_what_the_project_asks_for(made: Path) -> None:
    environments, _ = imported(made, "pyproject", "pyproject.toml")
    assert set(environments) == set(RUNS)
    names = {line.split(" ")[0] for line in exported(made, "--group", "dev", "--extra", "plot")}
    asked = {
        part.partition("[")[0].split(" ")[0].split(">")[0] for one in environments.values() for part in one
    }
    assert {name.split("=")[0] for name in names} >= asked - {"beta<2", "winonly"}


def test_its_script(made: Path) -> None:
    (made / "job.py").write_text(
        '# /// script\n# requires-python = ">=3.10"\n# dependencies = []\n# [tool.uv]\n# no-index = true\n'
        '# find-links = ["wheels"]\n# ///\nprint()\n'
    )
    uv(made, "add", "--script", "job.py", "gamma>=1", "eta<2")
    uv(made, "lock", "--script", "job.py")
    environments, _ = imported(made, "script", "job.py")
    (asked,) = environments.values()
    assert sorted(asked) == ["eta<2", "gamma>=1"]
    locked, _ = imported(made, "uv", "job.py.lock")
    theirs = uv(made, "export", "--frozen", "--script", "job.py", "--no-hashes").splitlines()
    pins = [line for line in theirs if line[:1].isalpha()]
    for machine in MACHINES:
        assert on(machine, "3.12.0", next(iter(locked.values()))) == on(machine, "3.12.0", pins)
