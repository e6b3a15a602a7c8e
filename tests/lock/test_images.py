"""Digests of base images, from a real engine and a real registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.ir.types import Docker
from envspec.lock.images import base_image, image_digest
from envspec.lower.base_image import base_image as lowered_base
from tests.engines.docker_engine import DockerEngine, image_ids
from tests.engines.registry import OciRegistry
from tests.lock.conftest import environment


def test_a_registry_gives_the_digest_that_was_pushed(
    docker_env: DockerEngine, oci_registry: OciRegistry, tmp_path: Path
) -> None:
    client = docker_env.client
    name = f"{oci_registry.address}/team/base"
    (tmp_path / "Dockerfile").write_text("FROM scratch\nLABEL made=for-a-test\n")
    built, _ = client.images.build(path=str(tmp_path), tag=f"{name}:1")
    try:
        assert image_digest(f"{name}:1", "linux/amd64").digest == ""
        assert image_digest(f"{name}:1", "linux/amd64", offline=True).note
        pushed = [line for line in client.images.push(name, "1", stream=True, decode=True) if "aux" in line]
        digest = pushed[-1]["aux"]["Digest"]
        platform = f"{built.attrs['Os']}/{built.attrs['Architecture']}"
        assert image_digest(f"{name}:1", platform).digest == digest
        client.images.remove(f"{name}:1")
        assert image_digest(f"{name}:1", platform).digest == digest
        assert image_digest(f"{name}:2", platform).digest == ""
    finally:
        client.images.remove(built.id, force=True) if built.id in image_ids(client) else None


def test_no_engine_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    found = image_digest("debian:bookworm-slim", "linux/amd64")
    assert (found.digest, found.note) == ("", "no docker engine answers")


def test_a_digest_in_the_reference_is_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    digest = "sha256:" + "a" * 64
    assert image_digest(f"debian@{digest}", "linux/amd64").digest == digest


@pytest.mark.parametrize(
    "subject",
    [
        environment(pip_packages=("six",), python="3.12"),
        environment(conda_packages=("numpy",)),
        environment(docker=Docker(image="debian:trixie")),
    ],
    ids=["pip", "conda", "own"],
)
def test_the_base_that_is_locked_is_the_base_that_is_lowered(subject: object) -> None:
    assert base_image(subject, "3.12") == lowered_base(subject, None)  # type: ignore[arg-type]
