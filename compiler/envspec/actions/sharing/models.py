"""Versions of models, pushed and pulled.

What is pushed of one: its content as it is in the store, a file or the manifest of a folder with all of its files, each
under its own digest, so that what a registry has already is not sent again; framework, description and tags; and its
lineage, which says which run in which version of an environment made it from what. A pulled one appears when all of it is
in the store: nothing shows a half of it, and a second pull fetches what the first did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from envspec.actions.model_files import file_name, is_file_name
from envspec.actions.sharing import trees
from envspec.actions.sharing.artifact import FILE_TYPE, MODEL, TREE_TYPE, Layer, config_of, manifest_of
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
    refuse_large,
    whole_identity,
)
from envspec.actions.sharing.numbers import numbers_in, steadily
from envspec.actions.sharing.place import for_each, parsed, registry_of, to_push_to
from envspec.actions.sharing.received import (
    DIGEST,
    TEXTS,
    Received,
    damaged,
    read_config,
    read_json,
    read_manifest,
)
from envspec.counted import counted
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.registry.client import Registry, sha256_of
from envspec.registry.references import ImageReference
from envspec.workspace.arriving import not_writable
from envspec.workspace.database import Workspace
from envspec.workspace.holding import gathering
from envspec.workspace.models import ModelVersion
from envspec.workspace.shared import SharedVersion
from envspec.workspace.store import Store
from envspec.workspace.trees import SCHEMA

_TEXT = {"type": "string"}
_LINEAGE = {
    "type": "object",
    "properties": {
        "run": _TEXT,
        "output": _TEXT,
        "source": _TEXT,
        "commit": _TEXT,
        "inputs": TEXTS,
        "environment": {
            "type": "object",
            "properties": {"name": _TEXT, "number": {"type": "integer", "minimum": 0}, "version": _TEXT},
            "required": ["name", "number", "version"],
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_CONFIG = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "digest": {"type": "string", "pattern": DIGEST},
        "size": {"type": "integer", "minimum": 0, "maximum": 1 << 53},
        "kind": {"type": "string", "enum": ["file", "tree"]},
        "file": _TEXT,
        "framework": _TEXT,
        "description": _TEXT,
        "tags": TEXTS,
        "lineage": _LINEAGE,
    },
    "required": ["name", "digest", "size", "kind", "file", "framework", "description", "tags", "lineage"],
    "additionalProperties": False,
}
_LARGEST_TREE = 64 << 20
_MOST_LAYERS = 100_000


def push(workspace: Workspace, version: ModelVersion, reference: str, say: Say) -> Pushed:
    """Raises `Failure` E1106, E1110, E1114, E1115, E1402 to E1404."""
    place = to_push_to(workspace, "model", version.name, reference)
    called = f"{version.name}:{version.number}"
    refuse_credentials(called, version.description, version.framework, *version.tags, *version.tags.values())
    file = file_name(workspace, version)
    layers, size = _layers(workspace, called, version.digest)
    if layers[0].media_type == FILE_TYPE:
        layers = [replace(layers[0], title=file)]  # other tools write it under that name
    config = config_of(
        MODEL,
        {
            "name": version.name,
            "digest": version.digest,
            "size": size,
            "kind": "tree" if layers[0].media_type == TREE_TYPE else "file",
            "file": file,
            "framework": version.framework,
            "description": version.description,
            "tags": dict(version.tags),
            "lineage": lineage_of(workspace, version),
        },
    )
    content = manifest_of(MODEL, config, layers, version.name, version.digest, version.description)
    refuse_large(called, content)
    with registry_of(workspace.root, place, "pull,push") as registry:
        there = numbers_in(registry, place.repository).of(version.digest)
        sent = 0 if there else _send(workspace, place, layers, say)
        steadily(lambda: registry.put_blob(place.repository, config))
        manifest = put(registry, place.repository, content)
        say(f"{counted(sent, 'byte')} sent")
        return number_it(
            workspace, registry, place, "model", version.name, version.digest, version.number, manifest
        )


def _layers(workspace: Workspace, called: str, digest: str) -> tuple[list[Layer], int]:
    """What a model consists of, once each, all of it read and found in order, and the bytes of its files. Raises
    `Failure` E1106, E1114."""
    store = workspace.store
    store.verify(digest)
    tree = store.tree_path(digest)
    if not tree.is_file():
        size = store.path(digest).stat().st_size
        return [Layer(FILE_TYPE, digest, size)], size
    entries = workspace.entries(digest)
    problem = trees.problem_of(entries)
    if problem:
        raise Failure(
            Diagnostic(
                "E1114", f"`{called}` cannot be pushed", notes=(problem,), help="have a run make it without"
            )
        )
    files = [str(entry[3]) for entry in entries if entry[1] == "file"]
    for one in set(files):
        store.verify(one)
    sizes = {one: store.path(one).stat().st_size for one in files}
    layers = [Layer(TREE_TYPE, digest, tree.stat().st_size)]
    layers += [Layer(FILE_TYPE, one, sizes[one]) for one in sorted(sizes)]
    return layers, sum(sizes[one] for one in files)


def _send(workspace: Workspace, place: ImageReference, layers: Sequence[Layer], say: Say) -> int:
    """Bytes that the registry did not have."""
    store = workspace.store
    sent: list[int] = []

    def send(registry: Registry, layer: Layer) -> None:
        path = store.tree_path(layer.digest) if layer.media_type == TREE_TYPE else store.path(layer.digest)
        if layer.size > _TOLD:
            say(f"pushing {counted(layer.size, 'byte')}")
        with path.open("rb") as file:
            if steadily(lambda: registry.put_file(place.repository, layer.digest, file)):
                sent.append(layer.size)

    for_each(workspace.root, place, "pull,push", layers, send)
    return sum(sent)


_TOLD = 100_000_000
"""What takes long enough to be told."""


def lineage_of(workspace: Workspace, version: ModelVersion) -> dict[str, Any]:
    """Where a model comes from, by digests that mean the same everywhere. Of a pulled one what was said of it there."""
    run = workspace.run(version.run) if version.run else None
    if run is None:
        known = [s for s in workspace.shared_versions("model", version.name, version.digest) if s.lineage]
        return dict(known[0].lineage) if known else {}
    found: dict[str, Any] = {"run": run.id, "output": version.output, "source": run.snapshot}
    found["commit"] = str(run.git.get("commit") or "")
    found["inputs"] = {
        name: str(entry["digest"])
        for name, entry in run.inputs.items()
        if isinstance(entry, dict) and entry.get("digest")
    }
    if run.environment_number is not None:
        used = workspace.environment(run.environment, run.environment_number)
        if used is not None:
            found["environment"] = {"name": used.name, "number": used.number, "version": used.version_hash}
    return found


def pull(root: Path, text: str, name: str = "", say: Say = lambda line: None) -> Pulled:
    """Registers what is there, as `name` or as what it is called. Raises `Failure` E1110 to E1113, E1402 to E1404."""
    place = parsed(text)
    with registry_of(root, place, "pull") as registry:
        found = find(registry, place, "model")
        received = read_manifest(MODEL, str(place), found.manifest)
        content = fetch_config(registry, place.repository, str(place), received)
        config = read_config(MODEL, str(place), content, _CONFIG)
        called = name or checked_name(str(place), config["name"])
        _be_whole(str(place), received, config)
        with Workspace.open(root) as workspace, gathering(workspace.state):
            workspace.store.sweep()
            _fetch_content(root, workspace.store, registry, place, received, config, say)
            taken = workspace.take(
                "model",
                called,
                config["digest"],
                found.number,
                lambda: workspace.register_model(
                    called, config["digest"], size=config["size"], path=config["file"], framework=config["framework"],
                    description=config["description"], tags=config["tags"],
                ),
                SharedVersion(
                    "model", called, config["digest"], place.name, found.number, found.manifest.digest, "pulled",
                    config["lineage"],
                ),
            )  # fmt: skip
    return Pulled(
        called, config["digest"], taken.number, found.number, taken.new, place.name, found.manifest.digest
    )


def _be_whole(reference: str, received: Received, config: Mapping[str, Any]) -> None:
    """What manifest and config say of each other."""
    layers, is_tree = received.layers, config["kind"] == "tree"
    types = {layer.media_type for layer in layers[1:]}
    fits = bool(layers) and layers[0].media_type == (TREE_TYPE if is_tree else FILE_TYPE)
    if not fits or types - {FILE_TYPE} or (not is_tree and len(layers) > 1) or len(layers) > _MOST_LAYERS:
        raise damaged(reference, f"it does not consist of what a {config['kind']} does")
    if layers[0].digest != config["digest"]:
        raise damaged(reference, "its content has another digest than it says")
    if not is_file_name(config["file"]):
        raise damaged(reference, "the name of its file is none")
    whole_identity(MODEL, reference, received, config["digest"])


def _fetch_content(
    root: Path,
    store: Store,
    registry: Registry,
    place: ImageReference,
    received: Received,
    config: Mapping[str, Any],
    say: Say,
) -> None:
    """Brings into the store what is not there: the files first, then the manifest that names them."""
    first, reference = received.layers[0], str(place)
    if first.media_type == FILE_TYPE:
        if first.size != config["size"]:
            raise damaged(reference, "its file has another size than it says")
        _fetch_files(root, store, place, [first], say)
        return
    manifest = fetch(registry, place.repository, reference, first.digest, first.size, _LARGEST_TREE)
    sizes = {layer.digest: layer.size for layer in received.layers[1:]}
    _be_tree(reference, manifest, sizes, config["size"])
    _fetch_files(root, store, place, received.layers[1:], say)
    if store.put_tree(manifest) != sha256_of(manifest):
        raise damaged(reference, "the list of its files changed on its way")


def _be_tree(reference: str, manifest: bytes, sizes: Mapping[str, int], size: int) -> None:
    """The list of a folder's files: nothing leads out, and each is a layer."""
    document = read_json(reference, manifest, "the list of its files")
    if not isinstance(document, dict) or set(document) != {"schema", "value"} or document["schema"] != SCHEMA:
        raise damaged(reference, "the list of its files is none")
    entries = document["value"]
    problem = trees.problem_of(entries)
    if problem:
        raise damaged(reference, problem)
    files = [entry[3] for entry in entries if entry[1] == "file"]
    if set(files) != set(sizes):
        raise damaged(reference, "its layers are not the files of its list")
    if sum(sizes[digest] for digest in files) != size:
        raise damaged(reference, "its files have another size together than it says")


def _fetch_files(root: Path, store: Store, place: ImageReference, layers: Iterable[Layer], say: Say) -> None:
    import shutil

    missing = {layer.digest: layer for layer in layers if not store.is_whole(layer.digest)}
    total = sum(layer.size for layer in missing.values())
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(store.folder).free
    except OSError as error:
        raise Failure(not_writable(store.folder, error)) from None
    if total > free:
        raise Failure(
            Diagnostic(
                "E1101",
                f"`{place}` needs {counted(total, 'byte')}, and `{store.folder}` has room for {free:,}",
                help="make room there; nothing was fetched",
            )
        )

    def get(registry: Registry, layer: Layer) -> None:
        if layer.size > _TOLD:
            say(f"pulling {counted(layer.size, 'byte')}")
        with registry.open_blob(place.repository, layer.digest) as pieces:
            if not store.put_pieces(pieces, layer.digest, layer.size):
                raise damaged(str(place), "a file of it has another size than its manifest says")

    for_each(root, place, "pull", list(missing.values()), get)
    store.durable()
