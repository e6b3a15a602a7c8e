"""The OCI registry takes and gives images."""

from __future__ import annotations

import json
import urllib.request

from tests.engines.docker_engine import DockerEngine
from tests.engines.registry import OciRegistry


def test_an_empty_registry_answers(oci_registry: OciRegistry) -> None:
    with urllib.request.urlopen(f"{oci_registry.url}/v2/_catalog") as answer:
        assert "repositories" in json.load(answer)


def test_an_image_goes_in_and_comes_back(oci_registry: OciRegistry, docker_engine: DockerEngine) -> None:
    images, name = docker_engine.client.images, f"{oci_registry.address}/debian"
    images.get("debian:bookworm-slim").tag(name, "1")
    lines = images.push(name, "1", stream=True, decode=True)
    digests = [line["aux"]["Digest"] for line in lines if "aux" in line]
    images.remove(f"{name}:1")
    pulled = images.pull(f"{name}@{digests[0]}")
    assert digests[0] in pulled.attrs["RepoDigests"][0]
    images.remove(pulled.attrs["RepoDigests"][0])
