"""What lies in a workspace and no record names: content of the store, copies made of it, folders of runs and builds.

`leftovers` only looks. What always holds of what it names: nobody needs it, if nobody stores anything meanwhile
(`workspace.holding`) and the records are those of now.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from envspec.actions.pruning.choosing import digests_of
from envspec.actions.pruning.remembered import Remembered
from envspec.engines.docker.build import in_use_locks as image_locks
from envspec.engines.in_use import is_used
from envspec.engines.local.environment import in_use_lock, prefix_of
from envspec.engines.put_away import FOLDER
from envspec.frozen import Frozen, field, frozen
from envspec.workspace.store import Store

COPIES_SECONDS = 24 * 3600.0
"""How long a copy out of the store stays after it was given to somebody (`results.stored`)."""

_DIGITS = frozenset("0123456789abcdef")


@frozen
class Leftovers(Frozen):
    """`trees` and `files` are digests of the store and their sizes, `copies` and `runs` folders, `builds` prefixes
    without a record; `documents` are folders about what is not there any more. `damaged` are folders of the store that
    are needed and cannot be read. `removed` is the size of what an earlier `prune` did not get to delete."""

    trees: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    copies: tuple[Path, ...] = ()
    runs: tuple[Path, ...] = ()
    builds: tuple[Path, ...] = ()
    documents: tuple[Path, ...] = ()
    removed: int = 0


def leftovers(
    state: Path,
    stay: Remembered,
    run_folders: Collection[str],
    prefixes: Iterable[str],
    hashes: Iterable[str],
) -> Leftovers:
    """`run_folders` are the names of the folders that records name, `prefixes` the layers of
    all environments that are recorded, `hashes` all layers that anything was built to."""
    trees, files, damaged = unnamed(Store(state / "store"), digests_of(stay))
    known = {prefix_of(state, hash).name for hash in hashes}
    recorded = {prefix_of(state, hash).name for hash in prefixes}
    return Leftovers(
        trees,
        files,
        tuple(damaged),
        tuple(_copies(state, stay)),
        tuple(folder for folder in folders(state / "runs") if folder.name not in run_folders),
        tuple(prefix for prefix in _prefixes(state) if prefix.name not in recorded),
        tuple(
            folder
            for folder in folders(state / "supply-chain")
            if folder.name not in known and not _is_being_built(state, folder.name)
        ),
        folder_size(state / FOLDER),
    )


Objects = dict[str, int]
"""Digest → size in bytes."""


def unnamed(store: Store, named: Iterable[str]) -> tuple[Objects, Objects, list[str]]:
    """The folders and the files of the store that neither these digests nor the folders among them name; and which of
    those folders are damaged: then nobody knows what files they name, and none is called unnamed."""
    trees, files = _objects(store.folder / "trees"), _objects(store.folder / "sha256")
    damaged = []
    for digest in named:
        if digest in trees:
            del trees[digest]
            inside = files_of(store, digest)
            if inside is None:
                damaged.append(digest)
            for one in inside or ():
                files.pop(one, None)
        files.pop(digest, None)
    return trees, {} if damaged else files, damaged


def files_of(store: Store, tree: str) -> list[str] | None:
    """The digests of the files of a folder; None when its manifest is not what its name says."""
    try:
        data = store.tree_path(tree).read_bytes()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != tree:
            return None
        return [str(entry[3]) for entry in json.loads(data)["value"] if entry[1] == "file"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None


def _objects(folder: Path) -> Objects:
    found: Objects = {}
    for part in folders(folder):
        with os.scandir(part) as entries:
            for entry in entries:
                name = part.name + entry.name
                if len(name) == 64 and not set(name) - _DIGITS:
                    found[f"sha256:{name}"] = entry.stat(follow_symlinks=False).st_size
    return found


def _copies(state: Path, stay: Remembered) -> Iterator[Path]:
    live = [one for one in stay.deployments if one.live]
    needed = {digest for one in live for _, digest in one.models}
    needed |= {digest for run in stay.runs if run.busy or run.lost for digest in run.took}
    recent = time.time() - COPIES_SECONDS
    for folder in folders(state / "outputs"):
        if f"sha256:{folder.name}" not in needed and folder.stat().st_mtime < recent:
            yield folder
    sources = {one.snapshot for one in live}
    if all(one.snapshot for one in live):  # an older envspec did not note it
        for folder in folders(state / "sources"):
            if f"sha256:{folder.name}" not in sources:
                yield folder


def _is_being_built(state: Path, digits: str) -> bool:
    """Whether a process works with what was built for the layer that begins so: its documents are written first."""
    locks = [in_use_lock(prefix_of(state, digits)), *image_locks(state, digits)]
    return any(is_used(lock) for lock in locks)


def _prefixes(state: Path) -> list[Path]:
    """Every environment of the local engine, whole or not."""
    names = {
        folder.name.removesuffix(".build").removesuffix(".packages")
        for folder in folders(state / "environments")
    }
    return [(state / "environments" / name).absolute() for name in sorted(names)]


def folders(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def names_in(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208 - the names alone
    except FileNotFoundError:
        return set()


def folder_size(folder: Path) -> int:
    """Bytes of all files; a file with several names counts once. What cannot be looked into counts nothing."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.lstat(os.path.join(where, name))  # noqa: PTH118 - thousands of files
            except OSError:
                continue
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_size
    return total
