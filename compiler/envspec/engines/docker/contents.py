"""Reads files of an image in the engine. Nothing of the image is run: a container is made and never started.

What always holds: the container is removed again, and what it would mount stays away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from envspec.engines.docker.connection import Connection, speaking

LABEL = "dev.envspec.looked-at"


class Contents:
    """The files of one image."""

    def __init__(self, connection: Connection, container: str) -> None:
        self._connection = connection
        self._container = container

    def archive(self, path: str) -> Iterable[bytes] | None:
        """A tar of a file or folder, whose members begin with its last name; None when it is not there."""
        import docker.errors

        try:
            found: Iterable[bytes] = self._connection.client.api.get_archive(self._container, path)[0]
        except docker.errors.NotFound:
            return None
        return found


@contextmanager
def image_contents(connection: Connection, image: str) -> Iterator[Contents]:
    """The files of an image that the engine has."""
    with speaking(connection, f"looking into `{image}`"):
        made = connection.client.api.create_container(
            image, command=["true"], entrypoint=[], network_disabled=True, labels={LABEL: "1"}
        )
        container = str(made["Id"])
        try:
            yield Contents(connection, container)
        finally:
            connection.client.api.remove_container(container, v=True, force=True)
