"""Workspaces of several people, and environments and models that they register."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envspec.frozen import asdict
from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition, definition_hash
from envspec.ir.types import Docker, Environment, PipPackage
from envspec.lock.model import LockedEnvironment, LockedFile, LockedPath, LockedPip, LockedPlatform
from envspec.lower.identity import version_hash
from envspec.workspace.database import Workspace
from envspec.workspace.environments import EnvironmentVersion
from envspec.workspace.models import ModelVersion
from tests.registry.small_registry import SmallRegistry, serve_small_registry

People = Callable[[str], Workspace]


@pytest.fixture(autouse=True)
def docker_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody is logged in anywhere."""
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder


@pytest.fixture
def small() -> Iterator[SmallRegistry]:
    with serve_small_registry() as registry:
        yield registry


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """The workspace of somebody, by name."""
    opened: dict[str, Workspace] = {}

    def of(name: str) -> Workspace:
        if name not in opened:
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "pyproject.toml").write_text("[tool.envspec]\n")
            opened[name] = Workspace.open(tmp_path / name)
        return opened[name]

    yield of
    for workspace in opened.values():
        workspace.close()


def specimen(shade: str, path: str = "") -> tuple[Environment, LockedEnvironment]:
    pip = [PipPackage("requirement", "six", "six")]
    environment = Environment(
        "e",
        "e",
        python="3.11",
        pip=tuple(pip + ([PipPackage("path", "", path)] if path else [])),
        variables={"SHADE": shade},
        docker=Docker(image="registry.example:5000/team/base:1"),
    )
    six = LockedPip("six", "1.17.0", (LockedFile("six-1.17.0-py2.py3-none-any.whl", "c" * 64),))
    paths = (LockedPath(path, "wheel", "f", "e" * 64),) if path else ()
    platform = LockedPlatform("linux/amd64", "3.11", (), (six,), paths)
    return environment, LockedEnvironment("e", definition_hash(environment), (platform,))


def register(
    workspace: Workspace,
    shade: str,
    *,
    name: str = "e",
    path: str = "",
    description: str = "",
    tags: dict[str, str] | None = None,
) -> EnvironmentVersion:
    environment, locked = specimen(shade, path)
    number = workspace.register_environment(
        name,
        version_hash(environment, locked),
        canonical_json(definition(environment)).decode(),
        canonical_json(json.loads(json.dumps(asdict(locked)))).decode(),
        description,
        tags,
    )
    found = workspace.environment(name, number)
    assert found is not None
    return found


def register_model(
    workspace: Workspace,
    folder: Path,
    files: dict[str, bytes],
    *,
    name: str = "wine",
    run: str = "",
    output: str = "",
) -> ModelVersion:
    """A model of one file, or of a folder when several are given."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    place = folder if len(files) > 1 else folder / next(iter(files))
    stored = workspace.put(place)
    number = workspace.register_model(
        name, stored.digest, size=stored.size, path="" if run else place.name, run=run, output=output,
        framework="sklearn", description="A model", tags={"good": "yes"},
    )  # fmt: skip
    found = workspace.model(name, number)
    assert found is not None
    return found


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder, read by nothing of ours."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def nobody(line: str) -> None:
    pass
