"""What stands on a Docker engine, asked without building or changing anything, wherever the engine is.

A reference goes in, `ImageFacts` come out; what cannot be asked is `UNKNOWN` and never an exception.
"""

from __future__ import annotations

from envspec.diagnostics import Failure
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import ABSENT, UNKNOWN, ImageFacts, facts_of, image_facts


def facts_at(connection: Connection, reference: str) -> ImageFacts:
    """The facts of an image, by the socket where there is one, else by the SDK."""
    found = image_facts(connection.host, reference)
    if found.known or connection.local:
        return found
    import docker.errors
    import requests

    try:
        return facts_of(connection.client.api.inspect_image(reference))
    except docker.errors.ImageNotFound:
        return ABSENT
    except (Failure, docker.errors.DockerException, requests.RequestException):
        return UNKNOWN
