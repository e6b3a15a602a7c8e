"""A project whose packages come from an index on loopback, and the commands on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from envspec.ir.types import PackageSource
from tests.cli.test_check import envspec
from tests.engines.unreliable_server import UnreliableServer, unreliable
from tests.failures.packages import write_index
from tests.lock.small_channel import make_channel

SPEC = """edition = 1
index corp { url = "ADDRESS" }
environment ENVIRONMENT {
    python  = "3.11"
    indexes = [corp]
    pip     = [
        "alpha ==1.0",
        ENTRIES
    ]
}
"""


@dataclass
class Workshop:
    """A project in `folder`, and the index in `files` that `server` serves. Entries of `pip` begin at line 8."""

    folder: Path
    files: Path
    server: UnreliableServer
    variables: dict[str, str] = field(default_factory=dict)
    environment: str = "e"

    def write(self, *entries: str, more: str = "", spec: str = SPEC) -> Path:
        """The spec with these entries in `pip`, each on a line, and more lines in the environment."""
        lines = ",\n        ".join(f'"{entry}"' for entry in entries)
        text = spec.replace("ADDRESS", self.server.address).replace("ENTRIES", lines)
        text = text.replace("ENVIRONMENT", self.environment)
        path = self.folder / "a.envspec"
        path.write_text(text.replace("    pip     =", f"{more}    pip     =") if more else text)
        return path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return envspec(*arguments, cwd=self.folder, **{**self.variables, **variables})

    def lock(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run("lock", *arguments, **variables)

    def locked(self, *arguments: str) -> None:
        """Lock, which must work; what uv cached for it is forgotten, as on another machine."""
        done = self.lock(*arguments)
        assert done.returncode == 0, f"{done.stderr}\n{self.server.asked}"
        self.forget()

    def forget(self) -> None:
        shutil.rmtree(self.variables["UV_CACHE_DIR"], ignore_errors=True)

    def log(self, engine: str = "") -> Path:
        return self.folder / ".envspec" / "logs" / f"build-{self.environment}{engine}.log"

    def nothing_half_made(self) -> None:
        """No environment, and no lock that was written in part."""
        assert list((self.folder / ".envspec" / "environments").glob("*/")) == []
        assert not list(self.folder.glob("*.tmp")) and not list(self.folder.glob(".envspec.lock*"))


@pytest.fixture(scope="session")
def index_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_index(tmp_path_factory.mktemp("index"))


@pytest.fixture
def workshop(index_files: Path, tmp_path: Path) -> Iterator[Workshop]:
    """With files of its own, which a test may change. No other index is ever asked: the default one is empty."""
    files, folder, empty = tmp_path / "index", tmp_path / "project", tmp_path / "empty"
    shutil.copytree(index_files, files)
    folder.mkdir()
    empty.mkdir()
    variables = {
        "UV_DEFAULT_INDEX": empty.as_uri(),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_HTTP_RETRIES": "0",
        "UV_HTTP_TIMEOUT": "3",
        "RATTLER_CACHE_DIR": str(tmp_path / "rattler"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "DOCKER_HOST": os.environ.get("DOCKER_HOST", f"unix://{tmp_path}/no-engine"),
    }
    with unreliable(files) as server:
        yield Workshop(folder, files, server, variables)


@pytest.fixture(scope="session")
def small_channel(tmp_path_factory: pytest.TempPathFactory) -> PackageSource:
    """A conda channel of packages of a file each."""
    return PackageSource("small", make_channel(tmp_path_factory.mktemp("channel")).as_uri())
