"""The layers of identity above the definition: what exactly was installed, and into which image.

Each function gives the preimage (canonical bytes, kept beside what was made of them) and its digest. The
compiler's version, certificates and proxies are in none of them; order of packages never matters.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from envspec.ir.canonical import digest, tagged_preimage
from envspec.ir.identity import definition_hash, source_definition
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment, LockedPlatform
from envspec.lower.recipe import IMAGE_RECIPE, PYTHON_RECIPE

Layer = tuple[bytes, str]
"""A preimage and its `sha256:…`."""


def _layer(schema: str, value: Any) -> Layer:
    preimage = tagged_preimage(schema, value)
    return preimage, "sha256:" + hashlib.sha256(preimage).hexdigest()


def python_layer(environment: Environment, locked: LockedPlatform | None) -> Layer:
    """Interpreter and packages on one platform; variables are not in it."""
    if locked is None:
        return _layer("envspec.python/1", {"interpreter": environment.interpreter, "managed": False})
    value = {
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
    return _layer("envspec.python/1", value)


def image_layer(
    environment: Environment, locked: LockedEnvironment | None, platform: str, base: str
) -> Layer:
    """The image of one platform: the python layer, the base, and all that is done to it. `base` is the
    reference that FROM gets, with its digest when the lock has it."""
    docker = environment.docker
    python = python_layer(environment, locked.platform(platform) if locked is not None else None)[1]
    value = {
        "python": python,
        "unlocked": definition_hash(environment) if locked is None and environment.managed else "",
        "platform": platform,
        "base": base,
        "cuda": docker.cuda,
        "user": docker.user,
        "run": list(docker.run),
        "arguments": dict(docker.arguments),
        "labels": dict(docker.labels),
        "dockerfile": docker.dockerfile,
        "apt": sorted(environment.apt),
        "recipe": IMAGE_RECIPE,
    }
    return _layer("envspec.image/1", value)


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
