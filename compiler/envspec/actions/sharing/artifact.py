"""The format of what is shared: media types, configs and manifests, made of plain values.

An artifact is an OCI image manifest whose config says what the version is, and whose layers hold it. What always holds:
the same version with the same description and tags has the same bytes everywhere, so the same manifest digest; a number
is never in it. `docs/sharing.md` describes it for others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import tagged_preimage
from envspec.registry.client import IMAGE_MANIFEST, sha256_of
from envspec.workspace.shared import Kind

_TITLE = "org.opencontainers.image.title"
_DESCRIPTION = "org.opencontainers.image.description"
IDENTITY = "dev.envspec.version"
"""The annotation of a manifest with the digest of what it holds: the version hash, or that of a model's content."""


@frozen
class Format(Frozen):
    """`artifact_type` of the manifest, `config_type` of its config, and the schema inside that; `before` is what the
    artifact types of all versions of the format begin with."""

    kind: Kind
    artifact_type: str
    config_type: str
    schema: str
    before: str


ENVIRONMENT = Format(
    "environment",
    "application/vnd.envspec.environment.v1",
    "application/vnd.envspec.environment.config.v1+json",
    "envspec.shared-environment/1",
    "application/vnd.envspec.environment.v",
)
DEFINITION_TYPE = "application/vnd.envspec.environment.definition.v1+json"
LOCK_TYPE = "application/vnd.envspec.environment.lock.v1+json"

MODEL = Format(
    "model",
    "application/vnd.envspec.model.v1",
    "application/vnd.envspec.model.config.v1+json",
    "envspec.shared-model/1",
    "application/vnd.envspec.model.v",
)
TREE_TYPE = "application/vnd.envspec.model.tree.v1+json"
FILE_TYPE = "application/vnd.envspec.model.file.v1"

LARGEST_MANIFEST = 4 * 1024 * 1024
"""What the distribution-spec expects every registry to take."""


@frozen
class Layer(Frozen):
    """`title` is a file name, empty for none."""

    media_type: str
    digest: str
    size: int
    title: str = ""

    @property
    def descriptor(self) -> dict[str, Any]:
        value: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        return {**value, "annotations": {_TITLE: self.title}} if self.title else value


def layer_of(media_type: str, content: bytes, title: str = "") -> Layer:
    return Layer(media_type, sha256_of(content), len(content), title)


def config_of(format: Format, value: Mapping[str, Any]) -> bytes:
    """The bytes of a config: what the version is called and is, and what is said of it."""
    return tagged_preimage(format.schema, dict(value))


def manifest_of(
    format: Format, config: bytes, layers: Sequence[Layer], name: str, identity: str, description: str
) -> bytes:
    """The annotations are for people who look at a registry; only the identity is read, and checked."""
    annotations = {_TITLE: name, IDENTITY: identity, **({_DESCRIPTION: description} if description else {})}
    value = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": format.artifact_type,
        "config": layer_of(format.config_type, config).descriptor,
        "layers": [layer.descriptor for layer in layers],
        "annotations": annotations,
    }
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode("utf-8")
