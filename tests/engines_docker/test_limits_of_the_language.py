"""The least and the most that the language lets a deployment ask for is what a real engine takes."""

from __future__ import annotations

import pytest

from envspec.engines.docker.connection import Connection
from envspec.engines.docker.container_settings import limits
from envspec.engines.docker.serve import _healthcheck
from envspec.ir.types import Health, Resources
from envspec.language.attributes import HEALTH, RESOURCES, BlockKind


def bound(block: BlockKind, name: str, most: bool) -> float:
    row = block.attribute(name)
    assert row is not None
    found = row.type.maximum if most else row.type.minimum
    assert found is not None
    return found


@pytest.mark.parametrize("most", [False, True], ids=["least", "most"])
def test_health(most: bool, connection: Connection, base: str) -> None:
    retries = int(bound(HEALTH, "retries", most))
    times = {name: bound(HEALTH, name, most) for name in ("start_period", "interval", "timeout")}
    client = connection.client
    container = client.api.create_container(
        base, "true", healthcheck=_healthcheck(Health(retries=retries, **times))
    )["Id"]
    try:
        told = client.api.inspect_container(container)["Config"]["Healthcheck"]
    finally:
        client.api.remove_container(container)
    assert told["Retries"] == retries
    assert told["Interval"] / 1e9 == times["interval"], "not what stands for the engine's own"


def test_the_least_resources(connection: Connection, base: str) -> None:
    resources = Resources(cpu=bound(RESOURCES, "cpu", False), memory=int(bound(RESOURCES, "memory", False)))
    client = connection.client
    container = client.api.create_container(
        base, "true", host_config=client.api.create_host_config(**limits(resources, None))
    )["Id"]
    try:
        told = client.api.inspect_container(container)["HostConfig"]
    finally:
        client.api.remove_container(container)
    assert (told["NanoCpus"], told["Memory"]) == (10_000_000, 6 << 20)
