"""`compile`: the build contexts of a project's environments and deployments, and a manifest, in a folder.

The lock is used where it fits and never made here; without one the files say what the spec says, and the
manifest says `locked: false`. Each file appears whole; files of an earlier `compile` that are no longer made
are removed, others are left alone.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path, PurePosixPath

from envspec.actions.loading import Loaded
from envspec.actions.locking import usable_lock
from envspec.actions.registered import with_registered
from envspec.atomic_file import write_atomically
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.root_files import RootFiles
from envspec.lower.context import EXECUTABLE, PLAIN, ContextFile, CopyOf
from envspec.lower.files import belongs
from envspec.lower.project import lower_project

MANIFEST = "manifest.json"

_IGNORE = ".envspecignore"
"""In the output folder, so that it is never part of a source folder that it lies in."""


def compiled(loaded: Loaded) -> dict[str, tuple[bytes, int]]:
    """Content and mode of every file, by path below the output folder. Raises `Failure`."""
    from envspec.server.distribution import SERVER_VERSION, server_files

    files = RootFiles(loaded.root)
    lock = usable_lock(loaded)
    loaded = with_registered(loaded, lock)
    server = server_files() if loaded.project.deployments else {}
    made = lower_project(
        loaded.project,
        lock,
        files,
        server,
        SERVER_VERSION,
        sources=lambda deployment: source_files(loaded.root, deployment.source),
    )
    written = {path: (file.read(files), file.mode) for path, file in made.items()}
    return {
        _IGNORE: (b"# written by `envspec compile`: this folder is part of no source\n*\n", 0o644),
        **written,
    }


def source_files(root: Path, source: str) -> dict[str, ContextFile]:
    """The files of a source folder, by path inside it: those that a snapshot has, links to files as files."""
    from envspec.workspace.trees import walk_source

    folder = root / source
    found = {}
    for one in walk_source(folder, ()):
        path = Path(one.where)
        if belongs(PurePosixPath(one.path)) and path.is_file():
            mode = EXECUTABLE if path.stat().st_mode & 0o100 else PLAIN
            found[one.path] = ContextFile(CopyOf(os.path.relpath(path, root).replace(os.sep, "/")), mode)
    return found


def differences(made: dict[str, tuple[bytes, int]], folder: Path) -> list[str]:
    """The paths whose file in `folder` is not what would be written."""
    stale = []
    for path, (data, _) in made.items():
        try:
            same = (folder / path).read_bytes() == data
        except OSError:
            same = False
        if not same:
            stale.append(path)
    return stale + [path for path in _earlier(folder) if path not in made]


def write(made: dict[str, tuple[bytes, int]], folder: Path) -> None:
    """Writes the files that are not there as they should be; the manifest last, so that it never names what is
    not there."""
    earlier = _earlier(folder)
    try:
        for path, (data, mode) in sorted(made.items(), key=lambda item: (item[0] == MANIFEST, item[0])):
            if not _is_there(folder / path, data, mode):
                write_atomically(folder / path, data, mode)
        for path in earlier:
            if path not in made:
                (folder / path).unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(
            Diagnostic("E1207", f"`{error.filename or folder}` cannot be written: {reason}")
        ) from error


def _is_there(path: Path, data: bytes, mode: int) -> bool:
    """Whether this regular file has these bytes and this mode; a link is never one."""
    try:
        found = path.lstat()
        return (
            stat.S_ISREG(found.st_mode)
            and (stat.S_IMODE(found.st_mode), found.st_size) == (mode, len(data))
            and path.read_bytes() == data
        )
    except OSError:
        return False


def _earlier(folder: Path) -> list[str]:
    """The files that an earlier manifest names, as far as they stay inside the folder."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        names = [
            f"{kind}/{key}/{name}"
            for kind in ("environments", "deployments")
            for key, entry in manifest.get(kind, {}).items()
            for name in entry["files"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return [name for name in names if ".." not in name.split("/")]
