"""What a registry gives, read with distrust: manifests, configs and JSON documents.

In come bytes whose digest has been checked; out come plain values of exactly the shapes of `artifact`, or a `Failure`:
E1111 for something of another kind, E1113 for a format that is newer, E1112 for what no envspec writes. Nothing of a
message is taken from the content but what it is called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from envspec.actions.sharing.artifact import IDENTITY, Format, Layer
from envspec.check.acceptance import Acceptance
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import canonical_json
from envspec.registry.client import IMAGE_MANIFEST, Manifest

DIGEST = "^sha256:[0-9a-f]{64}$(?!\n)"
_DESCRIPTOR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mediaType": {"type": "string"},
        "digest": {"type": "string", "pattern": DIGEST},
        "size": {"type": "integer", "minimum": 0, "maximum": 1 << 53},
    },
    "required": ["mediaType", "digest", "size"],
}
_MANIFEST = Acceptance(
    {
        "type": "object",
        "properties": {
            "config": _DESCRIPTOR,
            "layers": {"type": "array", "items": _DESCRIPTOR},
            "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["config", "layers"],
    }
)
LARGEST_CONFIG = 1 << 20
TEXTS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}


@frozen
class Received(Frozen):
    """A manifest of the right kind. `identity` is what its annotation says, to be compared with what it holds."""

    digest: str
    config: Layer
    layers: tuple[Layer, ...]
    identity: str


def damaged(reference: str, what: str) -> Failure:
    return Failure(
        Diagnostic(
            "E1112",
            f"`{reference}` is damaged or forged",
            notes=(what,),
            help="nothing of it was kept; have it pushed again by somebody who has it",
        )
    )


def identity_of(manifest: Manifest) -> str:
    """What an artifact says that it holds; empty for anything else."""
    try:
        found = (manifest.value.get("annotations") or {}).get(IDENTITY, "")
    except (AttributeError, ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def read_manifest(format: Format, reference: str, manifest: Manifest) -> Received:
    value = manifest.value
    config = value.get("config")
    found = value.get("artifactType") or (config.get("mediaType") if isinstance(config, dict) else "")
    if found != format.artifact_type:
        raise _other(format, reference, manifest, found if isinstance(found, str) else "")
    if manifest.media_type != IMAGE_MANIFEST or not _MANIFEST.accepts(value):
        raise damaged(reference, "its manifest has another shape than an artifact's")
    if value["config"]["mediaType"] != format.config_type:
        raise damaged(reference, "its config is of another type than its manifest says")
    return Received(
        manifest.digest,
        _layer(value["config"]),
        tuple(_layer(entry) for entry in value["layers"]),
        (value.get("annotations") or {}).get(IDENTITY, ""),
    )


def read_config(format: Format, reference: str, content: bytes, shape: Mapping[str, Any]) -> dict[str, Any]:
    """The value in a config, which `shape` (JSON Schema) describes."""
    document = read_json(reference, content, "its config")
    if not isinstance(document, dict) or document.get("schema") != format.schema:
        raise damaged(reference, f"its config is not of the schema `{format.schema}`")
    value = document.get("value")
    if set(document) != {"schema", "value"} or not Acceptance(shape).accepts(value):
        raise damaged(reference, "its config does not say what it should")
    return dict(value) if isinstance(value, dict) else {}


def read_json(reference: str, content: bytes, what: str) -> Any:
    """A JSON document in the one form in which envspec writes it (RFC 8785): nothing is in it twice or hidden."""
    try:
        value = json.loads(content)
        same = canonical_json(value) == content
    except (ValueError, TypeError, RecursionError, OverflowError):
        same = False
    if not same:
        raise damaged(reference, f"{what} is not canonical JSON")
    return value


def _layer(value: Mapping[str, Any]) -> Layer:
    return Layer(str(value["mediaType"]), str(value["digest"]), int(value["size"]))


def _other(format: Format, reference: str, manifest: Manifest, found: str) -> Failure:
    """It is something else, or of a format that is not known yet."""
    if found.startswith(format.before):
        return Failure(
            Diagnostic(
                "E1113",
                f"`{reference}` is of a format that this envspec does not know: `{found[:100]}`",
                help="use the envspec that wrote it, or a newer one",
            )
        )
    command = {"environment": "models", "model": "env"}[format.kind]
    if found.startswith("application/vnd.envspec."):
        help = f"pull it with `envspec {command} pull`"
    else:
        help = f"what can be pulled has been pushed with `envspec {_COMMANDS[format.kind]} push`"
    return Failure(
        Diagnostic(
            "E1111",
            f"`{reference}` is no {format.kind} of envspec",
            notes=(f"it is of the type `{(found or manifest.media_type or 'nothing')[:100]}`",),
            help=help,
        )
    )


_COMMANDS = {"environment": "env", "model": "models"}
