"""Builds an environment of this machine a second time, without any cache, and compares the two.

The second one is built in a folder whose name is as long as that of the first, because environments hold the
absolute path of their folder, some of them inside programs that must keep their length. Before the comparison each
path of the second is read as that of the first. `_NOTES` is the table of the files in which installers note when
and from where they installed; that is left out, and `NOT_COMPARED` says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from envspec.counted import counted
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.content import Entry, Verified, differences
from envspec.engines.file_lock import exclusive
from envspec.engines.interface import BuildRequest, Built
from envspec.engines.local import environment as building
from envspec.engines.local import marker
from envspec.frozen import replace

NOT_COMPARED = (
    "times of files, bytecode that programs left when they ran, what a `.pyc` notes of its source's time or hash, "
    "and what installers note of when and from where they installed"
)
_NAME = "verify-"


def verify(request: BuildRequest, built: Built) -> Verified:
    """Compares the environment that is `built` with a new one. Raises `Failure`."""
    if not request.environment.managed:
        raise Failure(
            Diagnostic(
                "E1205",
                f"environment `{request.environment.id}` is not built by envspec, so nothing can be built twice",
                pointer=f"/environments/{request.environment.id}/managed",
                help="name the environments that are to be verified",
            )
        )
    first = Path(built.location)
    second = first.with_name(_NAME + first.name[len(_NAME) :])
    log = request.log.with_name(f"{request.log.stem}.verify.log")
    request = replace(request, fresh=True, log=log)
    with exclusive(second.with_name(second.name + ".lock"), stop=request.stop) as held:
        try:
            building.build_into(request, second, held)
            one, other = _entries(first, first), _entries(second, first)
        finally:
            shutil.rmtree(second, ignore_errors=True)
    one = _as_installed(one, other)
    proved = (
        f"{counted(len(one), 'file or folder has', 'files and folders have')} the same names, modes and bytes"
    )
    return Verified(proved, NOT_COMPARED, tuple(differences(one, other)))


def _as_installed(used: dict[str, Entry], new: dict[str, Entry]) -> dict[str, Entry]:
    """Without the bytecode that Python wrote beside sources when something ran in the environment."""
    return {
        path: entry
        for path, entry in used.items()
        if path in new
        or not (path.endswith("/__pycache__") or ("/__pycache__/" in path and path.endswith(".pyc")))
    }


def _entries(prefix: Path, as_prefix: Path) -> dict[str, Entry]:
    found = {}
    for folder, folders, names in os.walk(prefix):
        for name in (*folders, *names):
            path = Path(folder, name)
            relative = path.relative_to(prefix).as_posix()
            found[relative] = _entry(path, relative, bytes(prefix), bytes(as_prefix))
    return found


def _entry(path: Path, relative: str, prefix: bytes, as_prefix: bytes) -> Entry:
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return Entry(
            "link", mode, target=str(path.readlink()).replace(os.fsdecode(prefix), os.fsdecode(as_prefix))
        )
    if stat.S_ISDIR(status.st_mode):
        return Entry("folder", mode)
    if not stat.S_ISREG(status.st_mode):
        return Entry("special file", mode)
    content = path.read_bytes().replace(prefix, as_prefix)
    for fits, without_notes in _NOTES:
        if fits(relative):
            content = without_notes(content)
    return Entry("file", mode, digest=hashlib.sha256(content).hexdigest())


def _pyc(content: bytes) -> bytes:
    """Bytes 8 to 15 are the source's time and size, or its hash (PEP 552); the source itself is compared."""
    return content[:8] + bytes(8) + content[16:]


def _history(content: bytes) -> bytes:
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b"==>"))


def _conda_record(content: bytes) -> bytes:
    """Without the folder the package came from, and without the hashes of files that hold the prefix."""
    record = json.loads(content)
    for name in ("link", "extracted_package_dir", "package_tarball_full_path"):
        record.pop(name, None)
    for one in (record.get("paths_data") or {}).get("paths", ()):
        one.pop("sha256_in_prefix", None)
    return json.dumps(record, sort_keys=True).encode()


def _record(content: bytes) -> bytes:
    """Without hash and size of the scripts, which begin with the prefix (Recording installed projects)."""
    lines = content.splitlines()
    return b"\n".join(
        sorted(
            line.rsplit(b",", 2)[0] if b"../bin/" in line or b"uv_cache.json" in line else line
            for line in lines
        )
    )


def _marker(content: bytes) -> bytes:
    """Without the size of all files, which counts those notes."""
    return json.dumps({**json.loads(content), "size": 0}, sort_keys=True).encode()


def _nothing(_content: bytes) -> bytes:
    return b""


def _ends(*ends: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(ends)


_NOTES: tuple[tuple[Callable[[str], bool], Callable[[bytes], bytes]], ...] = (
    (_ends(".pyc"), _pyc),
    (_ends("conda-meta/history"), _history),
    (lambda path: path.startswith("conda-meta/") and path.endswith(".json"), _conda_record),
    (_ends(".dist-info/RECORD"), _record),
    (_ends(".dist-info/uv_cache.json"), _nothing),
    (lambda path: path == marker.NAME, _marker),
)
"""Which files have notes, by their path in the environment, and what is left of them."""
