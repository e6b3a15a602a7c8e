"""What an engine knows of images, for the lock: the digest of one it has, or of one in a registry it reaches.

The engine is the one that builds (`endpoint.configured_host`, or a host that is given). A local one is asked over its
socket without the SDK, whose import takes longer than the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from envspec.engines.docker.endpoint import configured_host, get, unix_socket
from envspec.lock.images import own_digest
from envspec.registry.digest import ImageDigest

if TYPE_CHECKING:
    from docker import DockerClient

_SECONDS = 5.0
_DISTRIBUTION_SECONDS = 10.0
"""The engine waits for the registry."""


class EngineImages:
    """`lock.images.ImageSource` of the engine at `host`; empty follows the docker command."""

    def __init__(self, host: str = "") -> None:
        self._host = host or configured_host()

    def has(self, image: str, platform: str) -> ImageDigest:
        try:
            found = self._inspect(image)
        except _SilentError:
            return ImageDigest("", "no docker engine answers")
        if found is None:
            return ImageDigest("", "the docker engine does not have it")
        digest = own_digest(image, found.get("RepoDigests") or [])
        if f"{found.get('Os')}/{found.get('Architecture')}" != platform:
            return ImageDigest("", f"the docker engine has it for another platform than {platform}")
        return ImageDigest(digest, "" if digest else "the docker engine did not get it from its registry")

    def distribution(self, image: str) -> ImageDigest:
        try:
            found = self._distribution(image)
        except _SilentError:
            return ImageDigest("", "no docker engine answers")
        digest = (found or {}).get("Descriptor", {}).get("digest", "")
        return ImageDigest(digest, "" if digest else "the docker engine cannot get it")

    def _inspect(self, image: str) -> dict[str, Any] | None:
        path = unix_socket(self._host)
        if path:
            return _json(path, f"/images/{quote(image, safe='/:')}/json", _SECONDS)
        with _sdk(self._host, _SECONDS) as client:
            return _asked(lambda: dict(client.images.get(image).attrs))

    def _distribution(self, image: str) -> dict[str, Any] | None:
        """Through the SDK, which sends the credentials that the docker command has for the registry."""
        path = unix_socket(self._host)
        if path:
            _json(path, "/_ping", _SECONDS, parse=False)  # nobody there: no need to import anything
        with _sdk(self._host, _DISTRIBUTION_SECONDS) as client:
            return _asked(lambda: dict(client.api.inspect_distribution(image)))


class _SilentError(Exception):
    """No engine answers."""


def _json(path: str, target: str, seconds: float, *, parse: bool = True) -> dict[str, Any] | None:
    try:
        status, body = get(path, target, seconds)
        return dict(json.loads(body)) if parse and status == 200 else None
    except (OSError, ValueError, TypeError) as error:
        raise _SilentError from error


def _sdk(host: str, seconds: float) -> closing[DockerClient]:
    from envspec.engines.docker.connection import open_client

    try:
        return closing(open_client(host, seconds))
    except Exception as error:  # the SDK and ssh raise many kinds; all mean: no engine there
        raise _SilentError from error


def _asked(question: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    from docker.errors import APIError, DockerException

    try:
        return question()
    except APIError:
        return None
    except (DockerException, OSError) as error:  # requests' errors are OSErrors
        raise _SilentError from error
