"""The server's files as an engine lays them out, and a factory of servers that all end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from envspec.server.distribution import server_files
from tests.server.scoring import Server


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    for name, data in server_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def serve(laid_out: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    with ExitStack() as stack:

        def start(script: str, **settings: str) -> Server:
            return stack.enter_context(Server(laid_out, tmp_path, script, **settings))

        yield start
