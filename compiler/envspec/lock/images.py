"""The digest of a base image, where one can be had.

A docker engine that answers is asked: first for the image it has, then, through it and with its
credentials, the registry. No engine, no network and an unknown image are no failure: the image is then
locked by its tag only, and the caller is told in one clause why.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from envspec.ir.types import Environment

SECONDS = 10
"""How long the engine may take for one answer."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class ImageDigest(NamedTuple):
    """`digest` is the manifest digest (`sha256:…`) or empty; then `note` says why."""

    digest: str
    note: str = ""


def base_image(environment: Environment, python: str) -> str:
    """The image that the environment is built on: as written, or the default of the design. Empty with a
    Dockerfile of one's own. `python` is the locked version."""
    docker = environment.docker
    if docker.dockerfile:
        return ""
    if docker.image:
        return docker.image
    if environment.conda:
        return "debian:bookworm-slim"
    return f"python:{'.'.join(python.split('.')[:2])}-slim" if python else ""


def image_digest(image: str, platform: str, *, offline: bool = False) -> ImageDigest:
    """The digest of `image` for `platform`; never raises for what the machine lacks."""
    _, _, written = image.partition("@")
    if written:
        return ImageDigest(written if _DIGEST.fullmatch(written) else "")
    import docker
    from docker.errors import DockerException, ImageNotFound
    from requests.exceptions import RequestException

    try:
        client = docker.from_env(timeout=SECONDS)
    except (DockerException, RequestException, OSError):
        return ImageDigest("", "no docker engine answers")
    try:
        try:
            local = client.images.get(image)
            digest = _own_digest(image, local.attrs.get("RepoDigests") or [])
            if digest and _same_platform(local.attrs, platform):
                return ImageDigest(digest)
        except ImageNotFound:
            pass
        if offline:
            return ImageDigest("", "the docker engine does not have it, and the network is not to be used")
        found = client.api.inspect_distribution(image).get("Descriptor", {}).get("digest", "")
        if _DIGEST.fullmatch(found):
            return ImageDigest(found)
        return ImageDigest("", "its registry gives no digest")
    except (DockerException, RequestException, OSError):
        return ImageDigest("", "neither the docker engine nor its registry has it")
    finally:
        client.close()


def _own_digest(image: str, digests: list[str]) -> str:
    """The digest under which the image came from its own repository, among `NAME@sha256:…`."""
    repository = _repository(image)
    for entry in digests:
        name, _, digest = entry.partition("@")
        if _repository(name) == repository and _DIGEST.fullmatch(digest):
            return digest
    return ""


def _repository(image: str) -> str:
    """The full name without tag: `debian` is `docker.io/library/debian`."""
    name = image.partition("@")[0]
    head, slash, tail = name.rpartition("/")
    name = f"{head}{slash}{tail.partition(':')[0]}"
    first, slash, rest = name.partition("/")
    if not slash:
        return f"docker.io/library/{name}"
    if "." in first or ":" in first or first == "localhost":
        return name.replace("index.docker.io/", "docker.io/", 1) if rest else name
    return f"docker.io/{name}"


def _same_platform(attributes: dict[str, object], platform: str) -> bool:
    return f"{attributes.get('Os')}/{attributes.get('Architecture')}" == platform
