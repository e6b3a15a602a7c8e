"""The bill of materials of an environment: CycloneDX 1.6, as JSON.

In come the materials of an environment and what was made of them; out comes the document. What always holds: the
same lock gives the same bytes, on any machine; there is no time in it, and its serial number is a UUID made from
all the rest (version 5), so that two documents have the same number only when they are the same. What the lock
does not know is not said: which packages a pip package needs, what is in the base image, versions of system
packages. `compositions` says so to those who read it.

The document is written here and not by cyclonedx-python-lib, which its tests validate it with: see
`docs/dependencies.md`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from envspec import __version__
from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import canonical_json
from envspec.supply_chain.materials import Material

MEDIA_TYPE = "application/vnd.cyclonedx+json"
SPEC_VERSION = "1.6"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://envspec.example/sbom")
_TYPES = {"image": "container", "interpreter": "platform", "apt": "library"}
_SOURCES = {"project": "local project", "editable": "local project, live", "wheel": "local wheel"}


@frozen
class Subject(Frozen):
    """What the bill is about: the environment `name` of a project's `spec`, made for `platform` with the layer
    `hash` (`sha256:…`); an image, or an environment on a machine."""

    name: str
    spec: str
    platform: str
    hash: str
    definition: str
    image: bool


def sbom(subject: Subject, materials: Sequence[Material]) -> dict[str, Any]:
    """The document as a JSON value, its keys in the order in which they are written."""
    root = {
        "type": "container" if subject.image else "application",
        "bom-ref": f"environment:{subject.name}",
        "name": subject.name,
        "version": subject.hash,
        "properties": _properties(
            definition=subject.definition, platform=subject.platform, spec=subject.spec
        ),
    }
    body = {
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "envspec", "version": __version__}]},
            "component": root,
        },
        "components": [_component(material) for material in materials],
        "dependencies": _dependencies(root["bom-ref"], materials),
        "compositions": _compositions(root["bom-ref"], materials),
    }
    serial = uuid.uuid5(_NAMESPACE, canonical_json(body).decode("utf-8"))
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC_VERSION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        **body,
    }


def document_text(value: dict[str, Any]) -> str:
    """The one text of a document of this package, for people and for registries."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _component(material: Material) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": _TYPES.get(material.kind, "library"),
        "bom-ref": material.reference,
        "name": material.name,
    }
    if material.version:
        component["version"] = material.version
    if len(material.files) == 1:
        component["hashes"] = _hashes(material.files[0].sha256)
    elif material.kind == "image" and material.digest.startswith("sha256:"):
        component["hashes"] = _hashes(material.digest.removeprefix("sha256:"))
    if material.purl:
        component["purl"] = material.purl
    if material.files:
        component["externalReferences"] = [
            {
                "type": "distribution",
                "url": file.url or quote(file.filename, safe="!+=@"),
                "hashes": _hashes(file.sha256),
            }
            for file in material.files
        ]
    said = {"source": _SOURCES.get(material.kind, material.kind)}
    if material.kind in ("project", "editable"):
        said["tree"] = f"sha256:{material.digest}"
    component["properties"] = _properties(**said)
    return component


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _properties(**values: str) -> list[dict[str, str]]:
    return [{"name": f"envspec:{name}", "value": value} for name, value in sorted(values.items()) if value]


def _dependencies(root: Any, materials: Sequence[Material]) -> list[dict[str, Any]]:
    """The root needs what the spec asks for; the rest is as the lock knows it."""
    direct = sorted(material.reference for material in materials if material.direct)
    known = [
        {"ref": material.reference, **({"dependsOn": list(material.needs)} if material.needs else {})}
        for material in materials
        if material.needs is not None
    ]
    return [{"ref": root, "dependsOn": direct}, *known]


def _compositions(root: Any, materials: Sequence[Material]) -> list[dict[str, Any]]:
    """The list of packages is whole, but for what base image and system packages bring; the dependencies of what
    has none here are unknown."""
    partial = any(material.kind in ("image", "apt", "interpreter") for material in materials)
    unknown = [material.reference for material in materials if material.needs is None]
    said: list[dict[str, Any]] = [
        {"aggregate": "incomplete" if partial else "complete", "assemblies": [root]}
    ]
    if unknown:
        said.append({"aggregate": "unknown", "dependencies": unknown})
    return said
