"""Takes an image out of an engine: one of ours, that no process works with and no container is of."""

from __future__ import annotations

from pathlib import Path

from envspec.engines.docker.build import in_use_lock
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import HASH_LABEL
from envspec.engines.docker.standing import facts_at
from envspec.engines.in_use import unused


def remove(connection: Connection, reference: str, hash: str, locks: Path) -> str:
    """Takes the name `reference` from the image of the layer `hash`; the engine deletes what has no name left. Why not,
    empty when it is gone. Nothing is forced: an image that a container is of, running or not, stays."""
    import docker.errors

    with unused(in_use_lock(locks, hash)) as free:
        if not free:
            return "a process works with it"
        found = facts_at(connection, reference)
        if not found.known:
            return "the engine does not answer"
        if not found.exists:
            return ""
        if (found.labels or {}).get(HASH_LABEL) != hash:
            return "it is not the image that was built"
        try:
            connection.client.api.remove_image(reference)
        except docker.errors.ImageNotFound:
            return ""
        except docker.errors.APIError as error:
            if error.status_code != 409:
                raise
            return "a container is of it"
    return ""
