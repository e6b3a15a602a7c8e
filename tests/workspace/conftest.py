"""A workspace in a folder of its own, and programs that use one from other processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envspec.workspace.database import Workspace

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "project"


@pytest.fixture
def workspace(root: Path) -> Iterator[Workspace]:
    with Workspace.open(root) as opened:
        yield opened


@pytest.fixture
def start(root: Path) -> Iterator[Start]:
    """Starts Python programs that find the project as `root` and `Workspace` imported."""
    started: list[subprocess.Popen[str]] = []

    def run(program: str, *arguments: str, stdin: bool = False) -> subprocess.Popen[str]:
        before = (
            "import sys; from pathlib import Path; from envspec.workspace.database import Workspace; "
            "root = Path(sys.argv[1])\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", before + program, str(root), *arguments],
            stdin=subprocess.PIPE if stdin else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
