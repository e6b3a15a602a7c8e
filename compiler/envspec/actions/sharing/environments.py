"""Versions of environments, pushed and pulled.

What is pushed of one: its definition, what it was locked to, its version hash, its description and tags. What is known of
what was built of it, a bill of materials and a provenance for each image, is attached to it (OCI referrers). A pulled one
is the version that its hash says, counted anew here; what is registered under that hash already stays as it is.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from envspec.actions.sharing.artifact import (
    DEFINITION_TYPE,
    ENVIRONMENT,
    LOCK_TYPE,
    Layer,
    config_of,
    layer_of,
    manifest_of,
)
from envspec.actions.sharing.definitions import version_of
from envspec.actions.sharing.exchange import (
    Pulled,
    Pushed,
    Say,
    checked_name,
    fetch,
    fetch_config,
    find,
    number_it,
    put,
    refuse_credentials,
    whole_identity,
)
from envspec.actions.sharing.numbers import steadily
from envspec.actions.sharing.place import parsed, registry_of, to_push_to
from envspec.actions.sharing.received import DIGEST, TEXTS, damaged, read_config, read_json, read_manifest
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.registry.client import Manifest, Registry
from envspec.workspace.database import Workspace
from envspec.workspace.environments import EnvironmentVersion
from envspec.workspace.shared import SharedVersion

_CONFIG = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string", "pattern": DIGEST},
        "description": {"type": "string"},
        "tags": TEXTS,
    },
    "required": ["name", "version", "description", "tags"],
    "additionalProperties": False,
}
_LARGEST_DEFINITION = 1 << 20
_LARGEST_LOCK = 64 << 20


def push(workspace: Workspace, version: EnvironmentVersion, reference: str, say: Say) -> Pushed:
    """Raises `Failure` E1106, E1110, E1114, E1115, E1402 to E1405."""
    place = to_push_to(workspace, "environment", version.name, reference)
    refuse_credentials(
        version.reference,
        version.definition,
        version.lock,
        version.description,
        *version.tags,
        *version.tags.values(),
    )
    locked = json.loads(version.lock) if version.lock else None
    _be_whole(version, locked)
    for path in _paths(locked):
        say(f"`{version.reference}` needs `{path}` of your project, which is not pushed")
    definition, lock = version.definition.encode(), version.lock.encode()
    config = config_of(
        ENVIRONMENT,
        {
            "name": version.name,
            "version": version.version_hash,
            "description": version.description,
            "tags": dict(version.tags),
        },
    )
    layers = [layer_of(DEFINITION_TYPE, definition, "definition.json")]
    layers += [layer_of(LOCK_TYPE, lock, "lock.json")] if lock else []
    content = manifest_of(
        ENVIRONMENT, config, layers, version.name, version.version_hash, version.description
    )
    with registry_of(workspace.root, place, "pull,push") as registry:
        for blob in (definition, config, *([lock] if lock else ())):
            steadily(partial(registry.put_blob, place.repository, blob))
        manifest = put(registry, place.repository, content)
        pushed = number_it(
            workspace,
            registry,
            place,
            "environment",
            version.name,
            version.version_hash,
            version.number,
            manifest,
        )
        documents = _attach(workspace, version.name, pushed, registry, place.repository)
    return replace(pushed, documents=documents)


def _be_whole(version: EnvironmentVersion, locked: Any) -> None:
    """What is pushed can be pulled: it is held to the same. Raises `Failure` E1106."""
    try:
        found, _ = version_of(version.name, json.loads(version.definition), locked)
        why = "" if found == version.version_hash else "it is not what its digest says"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = str(error)
    if why:
        raise Failure(
            Diagnostic(
                "E1114",
                f"`{version.reference}` cannot be pushed",
                notes=(why,),
                help="build it again with this envspec: that registers it anew",
            )
        )


def _paths(locked: Any) -> list[str]:
    """Wheels and projects that are named by their digests only."""
    platforms = locked["platforms"] if locked else ()
    return sorted({path["path"] for platform in platforms for path in platform["paths"]})


def _attach(workspace: Workspace, name: str, pushed: Pushed, registry: Registry, repository: str) -> int:
    """The documents about what was built of a version, as `build` has kept them; how many."""
    from envspec.actions.describing import folder_of, sbom_file
    from envspec.engines.file_lock import exclusive
    from envspec.plain_file import read_plain
    from envspec.supply_chain import provenance, sbom
    from envspec.supply_chain.referrers import Artifact, attach, fallback_tag

    uses = workspace.environment_uses(name).get(pushed.here)
    found: dict[bytes, Artifact] = {}
    for image in uses.images if uses is not None else ():
        about = {"dev.envspec.hash": image.hash}
        for path, media_type, title, notes in (
            (sbom_file(workspace.state, image.hash), sbom.MEDIA_TYPE, "sbom.cdx.json", about),
            (folder_of(workspace.state, image.hash) / "provenance.json", provenance.MEDIA_TYPE, "provenance.json",
             {**about, "in-toto.io/predicate-type": provenance.PREDICATE}),
        ):  # fmt: skip
            try:
                content = read_plain(path)
            except OSError:
                continue  # it was not built here, or not pushed
            found.setdefault(content, Artifact(media_type, content, title, notes))
    if not found:
        return 0
    subject = registry.manifest(repository, pushed.manifest)
    if subject is None:
        raise damaged(pushed.reference, "the registry has lost it again")
    turn = workspace.state / "locks" / f"{fallback_tag(pushed.manifest)}.lock"
    ordered = sorted(found.values(), key=lambda one: (one.title, one.annotations["dev.envspec.hash"]))
    attach(registry, repository, subject, ordered, exclusive(turn))
    return len(ordered)


def pull(root: Path, text: str, name: str = "", say: Say = lambda line: None) -> Pulled:
    """Registers what is there, as `name` or as what it is called; nothing takes so long that it has to be said. Raises
    `Failure` E1110 to E1113, E1402 to E1404."""
    place = parsed(text)
    with registry_of(root, place, "pull") as registry:
        found = find(registry, place, "environment")
        version, repository = _received(registry, place.repository, str(place), found.manifest), place.name
    called = name or version.name
    shared = SharedVersion(
        "environment", called, version.version_hash, repository, found.number, found.manifest.digest, "pulled"
    )
    with Workspace.open(root) as workspace:
        taken = workspace.take(
            "environment",
            called,
            version.version_hash,
            found.number,
            lambda: workspace.register_environment(
                called,
                version.version_hash,
                version.definition,
                version.lock,
                version.description,
                version.tags,
            ),
            shared,
        )
    return Pulled(
        called, version.version_hash, taken.number, found.number, taken.new, repository, found.manifest.digest
    )


def _received(registry: Registry, repository: str, reference: str, manifest: Manifest) -> EnvironmentVersion:
    """What a manifest holds, all of it checked."""
    received = read_manifest(ENVIRONMENT, reference, manifest)
    types = [layer.media_type for layer in received.layers]
    if types not in ([DEFINITION_TYPE], [DEFINITION_TYPE, LOCK_TYPE]):
        raise damaged(reference, "it does not consist of a definition and a lock")
    config = read_config(
        ENVIRONMENT, reference, fetch_config(registry, repository, reference, received), _CONFIG
    )
    name = checked_name(reference, config["name"])

    def text(layer: Layer, largest: int) -> bytes:
        return fetch(registry, repository, reference, layer.digest, layer.size, largest)

    definition = text(received.layers[0], _LARGEST_DEFINITION)
    lock = text(received.layers[1], _LARGEST_LOCK) if len(received.layers) > 1 else b""
    try:
        wanted = read_json(reference, definition, "its definition")
        locked = read_json(reference, lock, "its lock") if lock else None
        found, _ = version_of(name, wanted, locked)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(
            reference, str(error) if type(error) is ValueError else "its definition or lock is odd"
        ) from None
    if found != config["version"]:
        raise damaged(reference, "its definition and lock make another version than it says")
    whole_identity(ENVIRONMENT, reference, received, found)
    return EnvironmentVersion(
        name, 0, found, definition.decode(), lock.decode(), config["description"], config["tags"], ""
    )
