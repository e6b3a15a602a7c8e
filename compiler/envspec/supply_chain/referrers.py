"""Artifacts attached to an image in a registry: manifests whose `subject` is the image's (OCI 1.1).

In come the artifacts of an image; out comes how the registry keeps them. A registry that knows referrers answers a
manifest that has a subject with the header `OCI-Subject`, and lists it by itself (some list it and forget the
header). For one that does not, the distribution-spec 1.1 ("Unavailable Referrers API") has clients keep an image
index under the tag `sha256-HEX`.

Registries have no transaction, so two clients that change that index at once could each write what the other has
not. Here an index is changed so: read it, note its digest; just before writing look that it is still the same
(and say so with `If-Match`, for registries that heed it); write; read again, and begin anew when what was written is
not in it. Entries of others are kept. Processes of one machine that share a workspace take turns besides. What is
left is another client's write between our look and our write, a few milliseconds, by one that does not look itself.

What always holds: an artifact with the same bytes has the same digest, so attaching it again changes nothing; the
index is only changed when the registry has no API.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, field, frozen
from envspec.registry.client import IMAGE_INDEX, IMAGE_MANIFEST, Manifest, Registry, sha256_of

EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
_EMPTY = b"{}"
_ATTEMPTS = 8
_PAUSE_SECONDS = 0.05
_TITLE = "org.opencontainers.image.title"


@frozen
class Artifact(Frozen):
    """One document to attach: `media_type` is its own, and the artifact's type. `title` is a file name."""

    media_type: str
    content: bytes
    title: str
    annotations: Mapping[str, str] = field(default_factory=dict)


@frozen
class Attached(Frozen):
    """`digests` of the artifacts' manifests, in their order; `listed_by` is `referrers` or the tag's name."""

    digests: tuple[str, ...]
    listed_by: str


def fallback_tag(digest: str) -> str:
    """`sha256:HEX` as a tag, as the distribution-spec makes it."""
    return digest.replace(":", "-", 1)


def attach(
    registry: Registry,
    repository: str,
    subject: Manifest,
    artifacts: Sequence[Artifact],
    turn: AbstractContextManager[object] | None = None,
) -> Attached:
    """Uploads the artifacts of `subject`. `turn` is held while an index is changed. Raises E1402 to E1405."""
    entries: list[dict[str, Any]] = []
    known = True
    registry.put_blob(repository, _EMPTY)
    for artifact in artifacts:
        registry.put_blob(repository, artifact.content)
        content = artifact_manifest(subject, artifact)
        digest = sha256_of(content)
        headers = registry.put_manifest(repository, digest, content, IMAGE_MANIFEST, {}) or {}
        known = known and "OCI-Subject" in headers
        entries.append(
            {
                "mediaType": IMAGE_MANIFEST,
                "digest": digest,
                "size": len(content),
                "artifactType": artifact.media_type,
                **({"annotations": dict(artifact.annotations)} if artifact.annotations else {}),
            }
        )
    digests = tuple(str(entry["digest"]) for entry in entries)
    listed = registry.referrers(repository, subject.digest)
    if listed is not None and (known or not _missing(listed, entries)):
        return Attached(digests, "referrers")
    tag = fallback_tag(subject.digest)
    with turn or nullcontext():
        _add_to_index(registry, repository, tag, entries)
    return Attached(digests, tag)


def artifact_manifest(subject: Manifest, artifact: Artifact) -> bytes:
    """The manifest of an artifact, as the image-spec's guidance has it: an empty config, one layer."""
    value: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": artifact.media_type,
        "config": {"mediaType": EMPTY_TYPE, "digest": sha256_of(_EMPTY), "size": len(_EMPTY)},
        "layers": [
            {
                "mediaType": artifact.media_type,
                "digest": sha256_of(artifact.content),
                "size": len(artifact.content),
                "annotations": {_TITLE: artifact.title},
            }
        ],
        "subject": subject.descriptor,
    }
    if artifact.annotations:
        value["annotations"] = dict(artifact.annotations)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def referrers_of(registry: Registry, repository: str, digest: str) -> list[dict[str, Any]]:
    """The descriptors of what is attached to a manifest, by whichever way the registry has."""
    listed = registry.referrers(repository, digest)
    if listed is None:
        index = registry.manifest(repository, fallback_tag(digest))
        listed = [] if index is None else _entries(index)
    return [entry for entry in listed if isinstance(entry.get("digest"), str)]


def documents(
    registry: Registry, repository: str, digest: str, artifact_type: str
) -> Iterator[tuple[str, bytes]]:
    """Manifest digest and content of each document of a type that is attached to a manifest. The type is that in
    the artifact's own manifest: some registries list the type of its config instead."""
    for entry in referrers_of(registry, repository, digest):
        manifest = registry.manifest(repository, str(entry["digest"]))
        if manifest is None or manifest.value.get("artifactType") != artifact_type:
            continue
        layers = manifest.value.get("layers")
        if isinstance(layers, list) and len(layers) == 1 and isinstance(layers[0], dict):
            yield manifest.digest, registry.blob(repository, str(layers[0].get("digest", "")))


def _entries(index: Manifest) -> list[dict[str, Any]]:
    found = index.value.get("manifests")
    return [dict(entry) for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _add_to_index(
    registry: Registry, repository: str, tag: str, entries: Sequence[Mapping[str, Any]]
) -> None:
    for attempt in range(_ATTEMPTS):
        index = registry.manifest(repository, tag)
        there = [] if index is None else _entries(index)
        missing = _missing(there, entries)
        if not missing:
            return
        content = _index([*there, *missing])
        now = registry.manifest(repository, tag)
        if (None if now is None else now.digest) == (None if index is None else index.digest):
            registry.put_manifest(repository, tag, content, IMAGE_INDEX, _condition(now))
            again = registry.manifest(repository, tag)
            if again is not None and not _missing(_entries(again), entries):
                return
        time.sleep(_PAUSE_SECONDS * (attempt + 1))
    raise Failure(
        Diagnostic(
            "E1405",
            f"what was attached to an image does not stay in `{registry.host}/{repository}:{tag}`",
            notes=("the registry has no referrers API, and something else keeps writing this tag",),
            help="push again when the other client is done",
        )
    )


def _condition(index: Manifest | None) -> dict[str, str]:
    """For registries that heed it: only over the index that was read, or only where there is none."""
    if index is None:
        return {}
    return {"If-Match": index.etag} if index.etag else {}


def _missing(there: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]) -> list[Any]:
    digests = {entry.get("digest") for entry in there}
    return [entry for entry in entries if entry["digest"] not in digests]


def _index(entries: Sequence[Mapping[str, Any]]) -> bytes:
    value = {"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": list(entries)}
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
