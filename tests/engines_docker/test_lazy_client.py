"""What stands for the SDK's client says what the SDK says, and is the SDK for everything else."""

from __future__ import annotations

import docker
import docker.errors
import pytest

from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import facts_of
from envspec.engines.docker.lazy_client import LazyClient
from tests.engines.docker_engine import DockerEngine


def never() -> docker.DockerClient:
    raise AssertionError("the SDK is not needed for this")


def test_plain_questions_need_no_sdk(docker_engine: DockerEngine) -> None:
    lazy, sdk = LazyClient(docker_engine.host, 60, never), docker_engine.client
    assert lazy.version() == sdk.version()
    assert lazy.image_facts(docker_engine.base) == facts_of(sdk.api.inspect_image(docker_engine.base))
    absent = lazy.image_facts("envspec-test/absent:1")
    assert (absent.known, absent.exists) == (True, False)
    label = {"label": "envspec.test.base"}
    listed = {image["Id"] for image in lazy.api.images(filters=label)}
    assert (
        listed >= {image["Id"] for image in sdk.api.images(name=docker_engine.base, filters=label)} != set()
    )


def test_everything_else_is_asked_through_the_sdk(docker_engine: DockerEngine) -> None:
    client = Connection(docker_engine.host).client
    assert isinstance(client, LazyClient)
    assert client.images.get(docker_engine.base).id == client.api.inspect_image(docker_engine.base)["Id"]
    assert client.api.images(name=docker_engine.base, quiet=True)
    with pytest.raises(docker.errors.ImageNotFound):
        client.api.inspect_image("envspec-test/absent:1")


def test_who_does_not_answer_plainly_is_asked_through_the_sdk(docker_engine: DockerEngine) -> None:
    elsewhere = LazyClient("tcp://127.0.0.1:1", 1, lambda: docker_engine.client)
    assert elsewhere.version() == docker_engine.client.version()
    assert not elsewhere.image_facts(docker_engine.base).known
    assert elsewhere.api.images(filters={"label": "envspec.test.base"})
