"""Names that docker accepts, made from ids of the spec."""

from __future__ import annotations

from envspec.registry.component import repository_component as repository_component


def image_reference(identifier: str, digest: str) -> str:
    """`envspec/NAME:HASH12` for an environment or deployment and the digest (`sha256:…`) of its layer."""
    return f"envspec/{repository_component(identifier)}:{digest.removeprefix('sha256:')[:12]}"
