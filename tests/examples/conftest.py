"""The examples, each in a folder of its own to work in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engines.conda_channel import CondaChannel
from tests.engines.free_port import free_port

ROOT = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.name for path in ROOT.iterdir() if path.is_dir())


@dataclass(frozen=True, slots=True)
class Example:
    """A copy of an example. `given` are the arguments that fit it to this machine: its channel, a free port."""

    name: str
    folder: Path
    given: tuple[str, ...]


def named(*, on_docker: bool) -> list[str]:
    """The examples that come up on Docker, or those that come up on this machine alone."""
    if on_docker:
        return [name for name in NAMES if "managed     = false" not in _text(ROOT / name)]
    return [name for name in NAMES if "target      = docker" not in _text(ROOT / name)]


def _text(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("?*.envspec")))


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Example:
    """The example whose name is the test's parameter."""
    name = str(request.param)
    folder = tmp_path / name
    shutil.copytree(ROOT / name, folder, ignore=shutil.ignore_patterns(".envspec", "build"))
    if not (folder / "pyproject.toml").exists():
        (folder / "pyproject.toml").write_text("[tool.envspec]\n")
    text = _text(folder)
    given: list[str] = []
    if "param port" in text:
        given += ["--set", f"port={free_port()}"]
    if "param channel" in text:
        channel: CondaChannel = request.getfixturevalue("conda_channel")
        given += ["--set", f"channel={channel.http_url}"]
    return Example(name, folder, tuple(given))
