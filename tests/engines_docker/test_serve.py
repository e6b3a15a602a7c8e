"""The container of a deployment is taken away once, whoever else is doing it."""

from __future__ import annotations

import threading
from pathlib import Path

import docker.errors
import pytest

from envspec.engines.docker import serve
from envspec.engines.docker.connection import Connection


def test_two_take_a_container_away_at_once(connection: Connection, base: str, tmp_path: Path) -> None:
    """As `deployments stop` and a `deploy` that replaces it; the engine refuses whoever asks second."""
    api = connection.client.api
    together = threading.Barrier(2, timeout=60)
    problems: list[BaseException] = []

    def remove(container: str) -> None:
        together.wait()
        try:
            serve.remove(connection.client, container)
            with pytest.raises(docker.errors.NotFound):
                api.inspect_container(container)
        except BaseException as error:  # noqa: BLE001 - the thread's, told below
            problems.append(error)

    for number in range(4):
        secret = tmp_path / str(number)
        secret.mkdir()
        settings = api.create_host_config(init=True)
        labels = {serve.SECRETS_LABEL: str(secret)}
        container = api.create_container(base, ["sleep", "1000"], labels=labels, host_config=settings)["Id"]
        api.start(container)
        threads = [threading.Thread(target=remove, args=(container,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not secret.exists()
    assert not problems
