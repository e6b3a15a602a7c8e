"""`compile`: the build contexts of a project's environments, and a manifest, in a folder.

The lock is used where it fits and never made here; without one the files say what the spec says, and the
manifest says `locked: false`. Each file appears whole; files of an earlier `compile` that are no longer made
are removed, others are left alone.
"""

from __future__ import annotations

import json
from pathlib import Path

from envspec.actions.loading import Loaded
from envspec.actions.locking import usable_entries
from envspec.atomic_file import write_atomically
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.root_files import RootFiles
from envspec.lower.environment import lower_environment
from envspec.lower.manifest import manifest_text

MANIFEST = "manifest.json"


def compiled(loaded: Loaded) -> dict[str, tuple[bytes, int]]:
    """Content and mode of every file, by path below the output folder. Raises `Failure`."""
    files = RootFiles(loaded.root)
    locks = usable_entries(loaded)
    made: dict[str, tuple[bytes, int]] = {}
    findings: list[Diagnostic] = []
    pairs = {}
    for key, environment in loaded.project.environments.items():
        pairs[key] = (environment, locks.get(key))
        try:
            context = lower_environment(environment, locks.get(key), files)
        except Failure as failure:
            findings.extend(failure.diagnostics)
            continue
        for path in context:
            file = context.files[path]
            made[f"environments/{key}/{path}"] = (file.read(files), file.mode)
    if findings:
        raise Failure(findings)
    text = manifest_text(pairs, {path: data for path, (data, _) in made.items()})
    return {**made, MANIFEST: (text.encode(), 0o644)}


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
    """Writes the files; the manifest last, so that it never names what is not there."""
    earlier = _earlier(folder)
    try:
        for path, (data, mode) in sorted(made.items(), key=lambda item: (item[0] == MANIFEST, item[0])):
            write_atomically(folder / path, data, mode)
        for path in earlier:
            if path not in made:
                (folder / path).unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(
            Diagnostic("E1207", f"`{error.filename or folder}` cannot be written: {reason}")
        ) from error


def _earlier(folder: Path) -> list[str]:
    """The files that an earlier manifest names, as far as they stay inside the folder."""
    try:
        names = json.loads((folder / MANIFEST).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if not name.startswith("/") and ".." not in name.split("/")]
