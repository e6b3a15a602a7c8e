"""The SDK's client, imported when something is asked that plain requests do not answer.

A build that uses the `docker` command asks the engine four questions: what it is, whether an image is there before and
after, and which images have a label. The SDK takes longer to import than all of them take to be answered. What always
holds: an answer is what the SDK would give; a question that cannot be asked plainly, because the engine is not on a
Unix socket, says no, or does not answer, is asked again through the SDK, whose errors callers know.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from envspec.engines.docker.endpoint import get, unix_socket
from envspec.engines.docker.fast_path import ImageFacts, image_facts

if TYPE_CHECKING:
    import docker


class LazyClient:
    """In the place of a `docker.DockerClient` for the engine at `host`; `open_client` makes the real one."""

    def __init__(self, host: str, seconds: float, open_client: Callable[[], docker.DockerClient]) -> None:
        self._host = host
        self._seconds = seconds
        self._open = open_client
        self._client: docker.DockerClient | None = None

    @property
    def sdk(self) -> docker.DockerClient:
        if self._client is None:
            self._client = self._open()
        return self._client

    @property
    def api(self) -> LazyApi:
        return LazyApi(self)

    def version(self) -> dict[str, Any]:
        found = self.asked("/version")
        return dict(found) if isinstance(found, dict) else self.sdk.version()

    def image_facts(self, reference: str) -> ImageFacts:
        """Like `fast_path.image_facts`: `known` is False when only the SDK can tell."""
        return image_facts(self._host, reference)

    def asked(self, target: str) -> Any:
        """The answer to `GET target`, None when the SDK has to ask."""
        path = unix_socket(self._host)
        try:
            status, body = get(path, target, self._seconds) if path else (0, b"")
            return json.loads(body) if status == 200 else None
        except (OSError, ValueError):
            return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sdk, name)


class LazyApi:
    """In the place of a `docker.APIClient`."""

    def __init__(self, client: LazyClient) -> None:
        self._lazy = client

    def images(self, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
        if not arguments and options.keys() == {"filters"}:
            asked = json.dumps({key: [value] for key, value in options["filters"].items()})
            found = self._lazy.asked(f"/images/json?filters={quote(asked)}")
            if isinstance(found, list):
                return found
        listed: list[dict[str, Any]] = self._lazy.sdk.api.images(*arguments, **options)
        return listed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lazy.sdk.api, name)
