"""An image as verification sees it: its labels and its files, from the engine or from a registry.

What always holds: from a registry every byte is held to the digest of the manifest that was asked for, so a layer
that somebody changed there is a `Failure` and never a finding; nothing of an image is run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.connection import Connection
from envspec.registry.client import INDEXES, Manifest, Registry
from envspec.registry.references import ImageReference
from envspec.supply_chain.file_tree import Entry, Tree, add_layer, tree_of_tar
from envspec.supply_chain.system_packages import STATUS

PREFIX = "/opt/envspec/env"


class Image(Protocol):
    """`labels` are those of its configuration; `read` gives the files of the environment and dpkg's list."""

    labels: Mapping[str, str]

    def read(self) -> tuple[Tree, str]: ...


class EngineImage:
    """An image of the engine."""

    def __init__(self, connection: Connection, reference: str, labels: Mapping[str, str]) -> None:
        self._connection = connection
        self._reference = reference
        self.labels = labels

    def read(self) -> tuple[Tree, str]:
        from envspec.engines.docker.contents import image_contents

        with image_contents(self._connection, self._reference) as contents:
            pieces = contents.archive(PREFIX)
            tree = tree_of_tar(pieces, PREFIX.rpartition("/")[2]) if pieces is not None else {}
            pieces = contents.archive(STATUS)
            status = _status(b"".join(pieces)) if pieces is not None else ""
        return tree, status


class RegistryImage:
    """An image of a registry; `manifest` is that of one platform."""

    def __init__(self, registry: Registry, repository: str, manifest: Manifest) -> None:
        self._registry = registry
        self._repository = repository
        self.manifest = manifest
        config = json.loads(registry.blob(repository, str(manifest.value["config"]["digest"])))
        self.labels: Mapping[str, str] = (config.get("config") or {}).get("Labels") or {}

    def read(self) -> tuple[Tree, str]:
        tree: dict[str, Entry] = {}
        system: dict[str, Entry] = {}
        trees = {PREFIX.lstrip("/"): tree, STATUS.lstrip("/"): system}
        for layer in self.manifest.value["layers"]:
            if "zstd" in str(layer.get("mediaType")):
                raise Failure(
                    Diagnostic(
                        "E1404",
                        "a layer of the image is compressed with zstd, which cannot be read here",
                        notes=(f"it is `{layer['digest']}`",),
                        help="pull the image and verify it in the engine",
                    )
                )
            with self._registry.open_blob(self._repository, str(layer["digest"])) as pieces:
                add_layer(trees, pieces)
                for _ in pieces:  # what follows the end of the tar belongs to the digest too
                    pass
        status = system.get("")
        return tree, (status.content or b"").decode("utf-8", "replace") if status is not None else ""


def manifest_of(registry: Registry, reference: ImageReference, architecture: str) -> Manifest | None:
    """The manifest of an image in a registry; of one with several platforms, that of `architecture`."""
    found = registry.manifest(reference.repository, reference.wanted)
    if found is None or found.media_type not in INDEXES:
        return found
    entries = [entry for entry in found.value.get("manifests", []) if isinstance(entry, dict)]
    fitting = [e for e in entries if (e.get("platform") or {}).get("architecture") == architecture]
    chosen = fitting or (entries if len(entries) == 1 else [])
    return registry.manifest(reference.repository, str(chosen[0]["digest"])) if chosen else None


def _status(archive: bytes) -> str:
    entry = tree_of_tar([archive], STATUS.rpartition("/")[2]).get("")
    return (entry.content or b"").decode("utf-8", "replace") if entry is not None else ""
