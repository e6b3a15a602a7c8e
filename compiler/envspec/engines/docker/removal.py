"""Takes an image out of an engine: one of ours, that no process works with and no container is of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envspec.engines.docker.build import in_use_lock
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import HASH_LABEL
from envspec.engines.docker.standing import facts_at
from envspec.engines.in_use import unused


def remove(connection: Connection, reference: str, hash: str, locks: Path) -> str:
    """Takes the name `reference` from the image of the layer `hash`, and what other names of ours it has; the engine
    deletes what has no name left. Why not, empty when it is gone. Nothing is forced: an image that a container is of,
    running or not, stays."""
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
        api = connection.client.api
        if api.containers(all=True, quiet=True, filters={"ancestor": found.id}):
            return "a container is of it"
        try:
            for name in _names(api.inspect_image(found.id), reference, hash):
                api.remove_image(name)
        except docker.errors.ImageNotFound:
            return ""
        except docker.errors.APIError as error:
            if error.status_code != 409:
                raise
            return "a container is of it"
    return ""


def _names(inspected: Mapping[str, Any], reference: str, hash: str) -> list[str]:
    """An image has a name for each environment that is the same thing, also those taken from the registered ones."""
    end = f":{hash.removeprefix('sha256:')[:12]}"
    ours = [
        tag for tag in inspected.get("RepoTags") or () if tag.startswith("envspec/") and tag.endswith(end)
    ]
    return [reference, *(tag for tag in ours if tag != reference)]
