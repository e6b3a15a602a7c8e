"""Where an image comes from: an in-toto Statement (v1) with a SLSA provenance predicate (v1), as JSON.

In come what an image is made of, and its manifest digest; out comes the statement. What always holds: no time, no
host, no user and no path of the machine that built is in it, and no secret; the same image from the same lock gives
the same bytes. What it does not claim: nobody signed it, so it is worth what the registry's own access control
is worth; and of several files that the lock allows for a package it does not say which was installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from envspec import __version__
from envspec.supply_chain.materials import Material
from envspec.supply_chain.sbom import Subject

MEDIA_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://envspec.example/build/image/v1"
BUILDER = "https://envspec.example/builder/docker/v1"


def provenance(
    subject: Subject, materials: Sequence[Material], image: str, digest: str, version: str
) -> dict[str, Any]:
    """`image` is the repository with its registry, `digest` that of the manifest (`sha256:…`). `version` is the
    hash of the definition and all that the lock resolved it to."""
    algorithm, _, value = digest.partition(":")
    return {
        "_type": STATEMENT,
        "subject": [{"name": image, "digest": {algorithm: value}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "spec": subject.spec,
                    "environment": subject.name,
                    "platform": subject.platform,
                },
                "internalParameters": {
                    "definition": subject.definition,
                    "version": version,
                    "layer": subject.hash,
                },
                "resolvedDependencies": [entry for material in materials for entry in _descriptors(material)],
            },
            "runDetails": {"builder": {"id": BUILDER, "version": {"envspec": __version__}}},
        },
    }


def _descriptors(material: Material) -> Iterable[dict[str, Any]]:
    """Resource descriptors of all that has a digest: one for each file that the lock allows."""
    if material.kind == "image":
        if material.digest.startswith("sha256:"):
            digest = {"sha256": material.digest.removeprefix("sha256:")}
            yield {"name": material.name, "uri": material.purl, "digest": digest}
        return
    for file in material.files:
        yield {"name": file.filename, "uri": material.purl, "digest": {"sha256": file.sha256}}
    if material.kind in ("project", "editable"):
        # The algorithm is ours (a digest over paths, modes and contents), so it does not call itself sha256.
        yield {"name": material.name, "uri": material.purl, "digest": {"envspecTree1": material.digest}}


def subject_digest(statement: object) -> str:
    """The digest that a statement is about, empty when it is no statement of this kind."""
    if (_at(statement, "_type"), _at(statement, "predicateType")) != (STATEMENT, PREDICATE):
        return ""
    value = _at(statement, "subject", 0, "digest", "sha256")
    return f"sha256:{value}" if isinstance(value, str) else ""


def layer_of(statement: object) -> str:
    """The layer hash that a statement of this kind says an image was built from, empty when it says none."""
    value = _at(statement, "predicate", "buildDefinition", "internalParameters", "layer")
    return value if isinstance(value, str) else ""


def _at(value: object, *path: str | int) -> object:
    """A part of a JSON value, None when it is not there."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def read(content: bytes) -> object:
    """A statement as it is attached, None when it is not JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return None
