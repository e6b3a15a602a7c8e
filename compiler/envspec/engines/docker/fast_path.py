"""Is this image there already, does this container still run? What every build and deployment starts with,
asked in a few milliseconds.

In comes an image reference; out comes what `GET /images/NAME/json` of the Engine API says, without the
SDK (see `endpoint`). An engine that is not on a Unix socket, or that does not answer, makes the answer
`UNKNOWN`: the caller then goes through the SDK, which also knows why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from envspec.engines.docker.endpoint import get, unix_socket
from envspec.frozen import Frozen, frozen

HASH_LABEL = "dev.envspec.hash"
PREIMAGE_LABEL = "dev.envspec.preimage"
_SECONDS = 5.0


@frozen
class ImageFacts(Frozen):
    """What reuse needs to know of an image. `known` is False when nobody could be asked."""

    known: bool
    id: str = ""
    size: int = 0
    labels: Mapping[str, str] | None = None
    platform: str = ""

    @property
    def exists(self) -> bool:
        return bool(self.id)

    def made_from(self, digest: str, preimage: bytes) -> bool:
        """Whether the image is of exactly this layer: all digits of the hash, and what was hashed."""
        labels = self.labels or {}
        return labels.get(HASH_LABEL) == digest and labels.get(PREIMAGE_LABEL) == preimage.decode("utf-8")


UNKNOWN = ImageFacts(known=False)
ABSENT = ImageFacts(known=True)


def image_facts(host: str, reference: str) -> ImageFacts:
    """What the engine at `host` (as in `DOCKER_HOST`) says about an image."""
    path = unix_socket(host)
    if not path:
        return UNKNOWN
    try:
        status, body = get(path, f"/images/{quote(reference)}/json", _SECONDS)
        if status == 404:
            return ABSENT
        return facts_of(json.loads(body)) if status == 200 else UNKNOWN
    except (OSError, ValueError):
        return UNKNOWN


def container_runs(host: str, container: str) -> bool | None:
    """Whether a container runs; None when nobody could be asked this way."""
    path = unix_socket(host)
    if not path:
        return None
    try:
        status, body = get(path, f"/containers/{quote(container)}/json", _SECONDS)
        return status == 200 and bool(json.loads(body)["State"]["Running"])
    except OSError:
        return False
    except (ValueError, KeyError, TypeError):
        return None


def facts_of(inspected: Mapping[str, Any]) -> ImageFacts:
    """The facts in an answer of `GET /images/NAME/json`."""
    labels = (inspected.get("Config") or {}).get("Labels") or {}
    platform = f"{inspected.get('Os')}/{inspected.get('Architecture')}"
    return ImageFacts(True, str(inspected["Id"]), int(inspected.get("Size") or 0), labels, platform)
