"""`manifest.json`: what was written, and the hash of every layer of every environment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from envspec.ir.identity import definition_hash
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.base_image import base_image, pinned_base
from envspec.lower.identity import image_layer, python_layer, version_hash

SCHEMA = 1


def environment_entry(environment: Environment, locked: LockedEnvironment | None) -> dict[str, Any]:
    """The layers of one environment. Without a lock only the definition is known."""
    entry: dict[str, Any] = {
        "definition": definition_hash(environment),
        "locked": locked is not None or not environment.managed,
        "image": base_image(environment, locked),
        "platforms": {},
    }
    if locked is None and environment.managed:
        return entry
    entry["version"] = version_hash(environment, locked)
    base = pinned_base(environment, locked)
    for platform in environment.platforms:
        found = locked.platform(platform) if locked is not None else None
        entry["platforms"][platform] = {
            "python": python_layer(environment, found)[1],
            "image": image_layer(environment, locked, platform, base)[1],
        }
    return entry


def manifest_text(
    environments: Mapping[str, tuple[Environment, LockedEnvironment | None]], files: Mapping[str, bytes]
) -> str:
    """The manifest of what `compile` writes; `files` are all the others by path."""
    entries = {key: environment_entry(*pair) for key, pair in sorted(environments.items())}
    manifest = {
        "schema": SCHEMA,
        "locked": all(entry["locked"] for entry in entries.values()),
        "environments": entries,
        "files": {path: "sha256:" + hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
    }
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
