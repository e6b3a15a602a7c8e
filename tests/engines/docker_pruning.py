"""Empties a Docker engine of all but the base images.

Not only for the disk: Debian's engine reads the description of each image it has whenever somebody lists some, and those
of all that were built on an image when it looks for a step in its cache. With the images of twenty runs in it, it worked
twenty times as long for each build.
"""

from __future__ import annotations

import contextlib

import docker
import docker.errors
import requests

from tests.engines import base_image

_BUILD_CACHE_BYTES = 2 * 1024**3


def prune(address: str) -> None:
    """Delete the containers and every image but the base images, so that the cache does not grow."""
    remove_containers(address)
    client = docker.DockerClient(base_url=address, timeout=600)
    try:
        while _remove_images(client):
            pass
        client.volumes.prune()
        client.networks.prune()
        client.api.prune_builds(keep_storage=_BUILD_CACHE_BYTES)
    except (docker.errors.DockerException, requests.RequestException) as error:
        print(f"the private Docker engine was not pruned: {error}")
    finally:
        client.close()


def remove_containers(address: str) -> None:
    """Delete all containers; those of deployments would start again with the engine."""
    client = docker.DockerClient(base_url=address, timeout=60)
    try:
        for container in client.containers.list(all=True, ignore_removed=True):
            container.remove(force=True, v=True)
    except (docker.errors.DockerException, requests.RequestException) as error:
        print(f"containers stay in the private Docker engine: {error}")
    finally:
        client.close()


def _remove_images(client: docker.DockerClient) -> bool:
    """Remove what can go now: what others are built on goes after them. Whether any went. The label of the base images
    tells nothing here: what is built on them inherits it."""
    removed = False
    for image in client.api.images():
        if not base_image.is_base(image["RepoTags"] or ()):
            with contextlib.suppress(docker.errors.APIError):
                client.api.remove_image(image["Id"], force=True)
                removed = True
    return removed
