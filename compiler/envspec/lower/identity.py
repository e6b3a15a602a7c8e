"""The layers of identity above the definition: what exactly was installed, and into which image.

Each function gives the preimage (canonical bytes, kept beside what was made of them) and its digest. The
compiler's version, certificates and proxies are in none of them; order of packages never matters.
"""

from __future__ import annotations

import hashlib
from typing import Any

from envspec.frozen import asdict
from envspec.ir.canonical import digest, tagged_preimage
from envspec.ir.identity import definition_hash, docker_definition, source_definition, spark_definition
from envspec.ir.types import Deployment, Environment
from envspec.lock.model import LockedEnvironment, LockedPlatform
from envspec.lower.files import ProjectFiles, tree_digest
from envspec.lower.recipe import DEPLOYMENT_RECIPE, IMAGE_RECIPE, PYTHON_RECIPE

Layer = tuple[bytes, str]
"""A preimage and its `sha256:…`."""

_DOCKER_IN_IMAGE = ("cuda", "dockerfile", "user", "run", "arguments", "labels")


def _layer(schema: str, value: Any) -> Layer:
    preimage = tagged_preimage(schema, value)
    return preimage, "sha256:" + hashlib.sha256(preimage).hexdigest()


def python_layer(environment: Environment, locked: LockedPlatform | None) -> Layer:
    """Interpreter and packages on one platform; variables are not in it."""
    return _layer("envspec.python/1", python_value(environment, locked))


def python_value(environment: Environment, locked: LockedPlatform | None) -> dict[str, Any]:
    """What the hash of that layer is taken over."""
    if locked is None:
        return {"interpreter": environment.interpreter, "managed": False}
    return {
        "platform": locked.platform,
        "python": locked.python,
        "conda": sorted(
            (
                {"name": p.name, "version": p.version, "build": p.build, "sha256": p.sha256}
                for p in locked.conda
            ),
            key=lambda p: p["name"],
        ),
        "pip": sorted(
            (
                {"name": p.name, "version": p.version, "sha256": sorted(f.sha256 for f in p.files)}
                for p in locked.pip
            ),
            key=lambda p: str(p["name"]),
        ),
        "paths": sorted((asdict(path) for path in locked.paths), key=lambda p: (p["path"], p["kind"])),
        "indexes": [source_definition(index) for index in environment.indexes],
        "recipe": PYTHON_RECIPE,
    }


def version_hash(environment: Environment, locked: LockedEnvironment | None) -> str:
    """The definition and what the lock resolved it to."""
    layers = {} if locked is None else {p.platform: python_layer(environment, p)[1] for p in locked.platforms}
    return digest(
        "envspec.version/1",
        {
            "definition": definition_hash(environment),
            "platforms": layers,
            "image": locked.digest if locked is not None else "",
        },
    )


def image_layer(
    environment: Environment, locked: LockedEnvironment | None, platform: str, files: ProjectFiles
) -> Layer:
    """The image of one platform: the python layer, the base (by digest where the lock has it), and all that
    is done to it. Variables, platforms, `shm_size` and `registry` belong to running and pushing it. In an
    image an editable is what it is now, so its whole tree is in this layer, though not in the python layer;
    `files` are read for that."""
    # not for those who ask for the python layer only
    from envspec.lower.base_image import pinned_base
    from envspec.lower.own_base import own_base_digest

    docker = docker_definition(environment.docker)
    editables = {p.text: tree_digest(files, p.text) for p in environment.pip if p.kind == "editable"}
    value = {
        "python": python_layer(environment, locked.platform(platform) if locked is not None else None)[1],
        "unlocked": definition_hash(environment) if locked is None and environment.managed else "",
        "platform": platform,
        "base": own_base_digest(environment, files) or pinned_base(environment, locked),
        "docker": {name: docker[name] for name in _DOCKER_IN_IMAGE if name in docker},
        "apt": sorted(set(environment.apt)),
        "editables": editables,
        "spark": spark_definition(environment.spark),
        "recipe": IMAGE_RECIPE,
    }
    return _layer("envspec.image/1", value)


def deployment_layer(deployment: Deployment, image: str, source: str, server_version: int) -> Layer:
    """`image` is the digest of the image layer, `source` that of the source tree. Models are mounted, and
    port, replicas, limits and variables are given when it is started: none of them is in it."""
    value = {
        "image": image,
        "source": source,
        "entry": deployment.entry,
        "server": server_version,
        "recipe": DEPLOYMENT_RECIPE,
    }
    return _layer("envspec.deployment/1", value)
