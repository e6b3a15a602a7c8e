"""`manifest.json`: what was written, and the hash of every layer of every environment and deployment.

What always holds: no time and no version of the compiler is in it; a hash that needs a lock is absent where
there is none, and `locked` says so. `secrets` are the ids of the build secrets that `docker build` has to be given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from envspec.ir.identity import definition_hash
from envspec.ir.types import Deployment, Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.base_image import base_image
from envspec.lower.context import BuildContext, sha256_of
from envspec.lower.environment import needed_secrets
from envspec.lower.files import ProjectFiles
from envspec.lower.identity import deployment_layer, image_layer, python_layer, version_hash

SCHEMA = 1


def environment_entry(
    environment: Environment, locked: LockedEnvironment | None, files: ProjectFiles
) -> dict[str, Any]:
    """The layers of one environment. Without a lock only the definition is known."""
    entry: dict[str, Any] = {
        "definition": definition_hash(environment),
        "locked": locked is not None or not environment.managed,
        "image": base_image(environment, locked),
        "secrets": list(needed_secrets(environment, locked)),
        "platforms": {},
    }
    if locked is None and environment.managed:
        return entry
    entry["version"] = version_hash(environment, locked)
    for platform in environment.platforms:
        found = locked.platform(platform) if locked is not None else None
        entry["platforms"][platform] = {
            "python": python_layer(environment, found)[1],
            "image": image_layer(environment, locked, platform, files)[1],
        }
    return entry


def deployment_entry(
    deployment: Deployment, environment: Mapping[str, Any], source: str, server_version: int
) -> dict[str, Any]:
    """The layers of one deployment. `environment` is the entry of its environment, `source` the digest of its
    source tree."""
    return {
        "environment": deployment.environment,
        "locked": environment["locked"],
        "source": source,
        "secrets": environment["secrets"],
        "platforms": {
            platform: {"deployment": deployment_layer(deployment, layers["image"], source, server_version)[1]}
            for platform, layers in environment["platforms"].items()
        },
    }


def file_hashes(context: BuildContext, files: ProjectFiles) -> dict[str, str]:
    """Of every file of a context, by path inside it."""
    return {path: "sha256:" + sha256_of(file, files) for path, file in context.files.items()}


def manifest_text(environments: Mapping[str, Any], deployments: Mapping[str, Any]) -> str:
    """The text of `manifest.json` from its entries; each has `files` besides its layers."""
    manifest = {
        "schema": SCHEMA,
        "locked": all(entry["locked"] for entry in environments.values()),
        "environments": dict(sorted(environments.items())),
        "deployments": dict(sorted(deployments.items())),
    }
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
