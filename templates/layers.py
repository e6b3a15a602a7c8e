"""Compiles what an install step put into an environment, and shares it out into layers of the image.

layers.py PREFIX SINCE CACHE FOLDER link|move LAYER...     run by the environment's own Python

Everything in PREFIX that changed after the file SINCE was made is new. New modules but tests get their bytecode, from
CACHE where it was compiled before; then each new file gets a second name under FOLDER/LAYER, or with `move`, when no step
needs the environment any more, whole folders go there. The final stage copies these folders one by one, and a folder
whose content is what it was costs nothing again. A package goes by its own size, so
that others cannot move it: into `huge`, `large` or the last layer. What conda had installed and this step took away
is listed in the last layer's `.replaced`. Standard library only, any Python 3.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import json
import os
import py_compile
import shutil
import sys
import warnings
from functools import cache
from importlib.util import cache_from_source

SIZES = {"huge": 256 << 20, "large": 16 << 20}
REPLACED = ".replaced"


def new_files(prefix: str, since: str) -> tuple[list[str], set[str]]:
    """Paths relative to `prefix`, and the folders that hold something else. The time of the change of an inode is no
    installer's to set."""
    start = os.stat(since).st_ctime_ns
    found: list[str] = []
    others: set[str] = set()
    folders = [""]
    while folders:
        within = folders.pop()
        with os.scandir(os.path.join(prefix, within)) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{within}{entry.name}/")
                # A link to a folder is none of a package's files.
                elif not entry.is_dir() and entry.stat(follow_symlinks=False).st_ctime_ns >= start:
                    found.append(within + entry.name)
                else:
                    others.update(folders_of(within + entry.name))
    return sorted(path for path in found if path not in (".lock", REPLACED)), others


def folders_of(path: str) -> list[str]:
    """From the outermost to the innermost."""
    return chain(path.rpartition("/")[0])


@cache
def chain(folder: str) -> list[str]:
    return [*chain(folder.rpartition("/")[0]), folder] if folder else []


def is_test(path: str) -> bool:
    """Whether a module is among a package's own tests, which no program imports: half of what there is to compile of
    numpy, scipy and scikit-learn. Imported all the same, it is compiled in memory."""
    return not {"test", "tests"}.isdisjoint(os.path.dirname(path).split(os.sep))


def kept_bytecode(path: str, cache: str) -> str:
    """Where the cache has the bytecode of the module at `path`: by path, because bytecode names it, and content."""
    with open(path, "rb") as file:
        key = hashlib.sha256(os.fsencode(path) + b"\0" + file.read()).hexdigest()
    return os.path.join(cache, str(sys.implementation.cache_tag), key[:2], key[2:] + ".pyc")


def take(kept: str, path: str) -> None:
    target = cache_from_source(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(kept, target)


def compile_all(paths: list[str], cache: str) -> None:
    """What the cache does not have is compiled, each folder by a process of its own: what was compiled before in the
    same one changes the bytes, and how folders are shared among processors must not."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        kept = kept_bytecode(path, cache) if cache else ""
        if kept and os.path.exists(kept):
            take(kept, path)
        else:
            folders.setdefault(os.path.dirname(path), []).append(path)
    limit = os.cpu_count() or 1
    running: set[int] = set()
    for modules in folders.values():
        if len(running) >= limit:
            running.discard(os.wait()[0])
        child = os.fork()
        if child == 0:
            try:
                compile_folder(modules, cache)
            finally:
                os._exit(0)
        running.add(child)
    while running:
        running.discard(os.wait()[0])


def compile_folder(modules: list[str], cache: str) -> None:
    """A module that is no Python of this version stays as it is."""
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    for path in modules:
        kept = kept_bytecode(path, cache) if cache else cache_from_source(path)
        try:
            py_compile.compile(path, cfile=kept, doraise=True, invalidation_mode=mode)
        except (py_compile.PyCompileError, ValueError, RecursionError, MemoryError):
            continue
        if cache:
            take(kept, path)


def forget_times(prefix: str, new: list[str]) -> None:
    """uv notes the time at which it saw a local project: no two builds would be the same."""
    for note in [path for path in new if path.endswith(".dist-info/uv_cache.json")]:
        record = os.path.join(prefix, os.path.dirname(note), "RECORD")
        with open(record, encoding="utf-8", newline="") as file:
            lines = [line for line in file if "/uv_cache.json," not in line]
        with open(record, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        os.remove(os.path.join(prefix, note))
        new.remove(note)


def owners(prefix: str, new: list[str]) -> dict[str, str]:
    """The `.dist-info` that lists each file; bytecode belongs where its module does."""
    owner: dict[str, str] = {}
    for record in [path for path in new if path.endswith(".dist-info/RECORD")]:
        site = os.path.dirname(os.path.dirname(record))
        with open(os.path.join(prefix, record), encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                if row:
                    path = os.path.normpath(os.path.join(site, row[0]))
                    owner[path] = record
                    if path.endswith(".py"):
                        owner[cache_from_source(path)] = record
    return owner


def share_out(prefix: str, new: list[str], others: set[str], folder: str, layers: tuple[str, ...]) -> None:
    """Hard links, so that nothing is written twice; folders of new files that are for one layer and not among `others`
    are moved."""
    owner = owners(prefix, new)
    sizes: dict[str | None, int] = {}
    for path in new:
        size = os.lstat(os.path.join(prefix, path)).st_size
        sizes[owner.get(path)] = sizes.get(owner.get(path), 0) + size
    sizes.pop(None, None)
    for layer in layers:
        os.makedirs(os.path.join(folder, layer))
    layer_of: dict[str, str] = {}
    for path in new:
        size = sizes.get(owner.get(path), 0)
        layer_of[path] = next((name for name in layers[:-1] if size >= SIZES[name]), layers[-1])
    shared: dict[str, set[str]] = {}
    for path, layer in layer_of.items():
        for outer in folders_of(path):
            shared.setdefault(outer, set()).add(layer)
    made: set[str] = set()
    moved: set[str] = set()

    def place(path: str, layer: str) -> str:
        target = os.path.join(folder, layer, path)
        within = os.path.dirname(target)
        if within not in made:
            os.makedirs(within, exist_ok=True)
            made.add(within)
        return target

    def move(outer: str, layer: str) -> bool:
        if outer in moved:
            return True
        if outer in others or len(shared[outer]) > 1:
            return False
        try:
            os.rename(os.path.join(prefix, outer), place(outer, layer))
        except OSError:  # a layer below has it too, with nothing but folders in it
            others.add(outer)
            return False
        moved.add(outer)
        return True

    for path, layer in layer_of.items():
        if not any(move(outer, layer) for outer in folders_of(path)):
            os.link(os.path.join(prefix, path), place(path, layer), follow_symlinks=False)


def replaced(prefix: str) -> list[str]:
    """What conda's own records list and is there no more."""
    gone: list[str] = []
    for record in sorted(glob.glob(os.path.join(glob.escape(prefix), "conda-meta", "*.json"))):
        with open(record, encoding="utf-8") as file:
            listed = json.load(file).get("files", [])
        gone += [path for path in listed if not os.path.lexists(os.path.join(prefix, path))]
    return gone


def main(prefix: str, since: str, cache: str, folder: str, how: str, *layers: str) -> None:
    warnings.simplefilter("ignore")  # of modules that are compiled
    new, others = new_files(prefix, since)
    modules = [os.path.join(prefix, path) for path in new if path.endswith(".py") and not is_test(path)]
    compile_all(modules, cache if os.path.isdir(cache) else "")
    forget_times(prefix, new)
    bytecode = {cache_from_source(path) for path in modules}
    new = sorted({*new, *(path[len(prefix) + 1 :] for path in bytecode if os.path.exists(path))})
    # Looked for before folders are moved away: what this step put in the place of something is there.
    conda = os.path.isdir(os.path.join(prefix, "conda-meta"))
    gone = replaced(prefix) if conda else []
    if how != "move":
        others.update(outer for path in new for outer in folders_of(path))
    share_out(prefix, new, others, folder, layers)
    if conda:
        with open(
            os.path.join(folder, layers[-1], REPLACED), "w", encoding="utf-8", errors="surrogateescape"
        ) as file:
            file.writelines(os.path.join(prefix, path) + "\0" for path in gone)


if __name__ == "__main__":
    main(*sys.argv[1:])
