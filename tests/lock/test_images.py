"""Digests of base images, from a real engine and a real registry."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from envspec.engines.docker.images import EngineImages
from envspec.ir.types import Docker, Environment
from envspec.lock.base_image import base_image
from envspec.lock.images import NoEngine, image_digest
from envspec.lower.base_image import base_image as lowered_base
from tests.engines.docker_engine import DockerEngine, image_ids
from tests.engines.registry import OciRegistry
from tests.lock.conftest import environment

NOBODY = "unix:///nonexistent/docker.sock"


def test_an_engine_and_a_registry_give_the_digest_that_was_pushed(
    docker_env: DockerEngine, oci_registry: OciRegistry, tmp_path: Path
) -> None:
    client = docker_env.client
    name = f"{oci_registry.address}/team/base"
    (tmp_path / "Dockerfile").write_text("FROM scratch\nLABEL made=for-a-test\n")
    built, _ = client.images.build(path=str(tmp_path), tag=f"{name}:1")
    engine = EngineImages()
    platform = f"{built.attrs['Os']}/{built.attrs['Architecture']}"
    try:
        assert image_digest(f"{name}:1", platform, engine).digest == ""
        assert (
            "did not get it from its registry"
            in image_digest(f"{name}:1", platform, engine, offline=True).note
        )
        pushed = [line for line in client.images.push(name, "1", stream=True, decode=True) if "aux" in line]
        digest = pushed[-1]["aux"]["Digest"]
        assert engine.has(f"{name}:1", platform).digest == digest
        assert image_digest(f"{name}:1", platform, engine, offline=True).digest == digest
        assert "another platform" in engine.has(f"{name}:1", "linux/s390x").note
        assert engine.distribution(f"{name}:1").digest == digest
        client.images.remove(f"{name}:1")
        assert engine.has(f"{name}:1", platform).digest == ""
        for where in (engine, EngineImages(NOBODY), NoEngine()):
            assert image_digest(f"{name}:1", platform, where).digest == digest
            assert image_digest(f"{name}:2", platform, where).digest == ""
        assert f"the registry `{oci_registry.address}` does not have it" in (
            image_digest(f"{name}:2", platform, engine).note
        )
        assert engine.distribution(f"{name}:2").digest == ""
        assert not image_digest(f"{name}:1", platform, engine, offline=True).digest
    finally:
        client.images.remove(built.id, force=True) if built.id in image_ids(client) else None


def test_an_engine_over_tcp_is_asked_too() -> None:
    """A `tcp://` address where nobody listens: silence is no failure."""
    engine = EngineImages("tcp://127.0.0.1:9")
    assert engine.has("debian:bookworm-slim", "linux/amd64").note == "no docker engine answers"
    assert engine.distribution("debian:bookworm-slim").digest == ""


def test_the_engine_is_that_of_the_docker_context(
    docker_engine: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A context as `docker context create` writes it, and no `DOCKER_HOST`."""
    host = docker_engine.environment["DOCKER_HOST"]
    folder = tmp_path / "contexts" / "meta" / hashlib.sha256(b"lab").hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Name": "lab", "Endpoints": {"docker": {"Host": host}}}))
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "lab"}))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert (
        "the docker engine does not have it" in EngineImages().has("nosuch.example/x:1", "linux/amd64").note
    )


def test_no_engine_and_no_network_is_no_failure() -> None:
    found = image_digest("127.0.0.1:9/base:1", "linux/amd64", EngineImages(NOBODY))
    assert found == ("", "no docker engine answers, and the registry `127.0.0.1:9` cannot be reached")
    offline = image_digest("127.0.0.1:9/base:1", "linux/amd64", EngineImages(NOBODY), offline=True)
    assert offline == ("", "no docker engine answers, and the network is not to be used")


def test_a_digest_in_the_reference_is_the_digest() -> None:
    digest = "sha256:" + "a" * 64
    assert image_digest(f"debian@{digest}", "linux/amd64", EngineImages(NOBODY)).digest == digest


@pytest.mark.parametrize(
    ("subject", "image"),
    [
        (environment(pip_packages=("six",), python="3.12"), "python:3.12-slim"),
        (environment(conda_packages=("numpy",)), "debian:bookworm-slim"),
        (environment(docker=Docker(image="debian:trixie")), "debian:trixie"),
        (environment(docker=Docker(cuda="12.4.0")), "nvidia/cuda:12.4.0-base-ubuntu22.04"),
        (environment(docker=Docker(cuda="99.1")), ""),
        (environment(docker=Docker(dockerfile="Dockerfile", cuda="12.4")), ""),
    ],
)
def test_the_base_that_is_locked_is_the_base_that_is_lowered(subject: Environment, image: str) -> None:
    assert base_image(subject, "3.12.4") == lowered_base(subject, None) == image
