"""Writes a folder of files as a `.conda` package.

In comes a staged prefix and what `info/index.json` is to say; out comes one file, whose bytes follow
from these alone: members are sorted and carry no clock and no user. The metadata is that of conda's
package format 2 (`index.json`, `paths.json` with prefix placeholders, `link.json` for noarch Python).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conda_package_streaming.create import conda_builder  # type: ignore[import-untyped]

PLACEHOLDER = "/opt/envspec_placeholder_" + "placehold_" * 20
"""Stands in text files for the prefix that the package will be installed to."""

_TIMESTAMP_SECONDS = 1_700_000_000
_COMPRESSION_LEVEL = 3


@dataclass(frozen=True, slots=True)
class CondaPackage:
    """What a package says of itself. `subdir` is the platform, such as `linux-64`, or `noarch`."""

    name: str
    version: str
    build: str
    subdir: str
    depends: tuple[str, ...] = ()
    license: str = ""
    entry_points: tuple[str, ...] = field(default=())

    @property
    def file_stem(self) -> str:
        """The file name without its ending, as conda fixes it: name, version and build."""
        return f"{self.name}-{self.version}-{self.build}"


def write_package(package: CondaPackage, prefix: Path, channel: Path) -> Path:
    """Write the files under `prefix` as a package into `channel`; the path of the new file."""
    folder = channel / package.subdir
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(_files(prefix), key=lambda path: path.as_posix())
    info: dict[str, Any] = {
        "info/index.json": _index(package),
        "info/paths.json": {"paths": [_path_entry(prefix, file) for file in files], "paths_version": 1},
        "info/about.json": {"summary": f"{package.name}, repackaged for tests", "license": package.license},
    }
    if package.subdir == "noarch":
        noarch = {"type": "python", "entry_points": list(package.entry_points)}
        info["info/link.json"] = {"noarch": noarch, "package_metadata_version": 1}
    with conda_builder(package.file_stem, folder, compression_level=_COMPRESSION_LEVEL) as archive:
        for name, document in info.items():
            content = json.dumps(document, indent=1, sort_keys=True).encode()
            _add(archive, name, content, 0o644)
        for file in files:
            source = prefix / file
            if source.is_symlink():
                member = _member(file.as_posix(), 0o777)
                member.type, member.linkname = tarfile.SYMTYPE, str(source.readlink())
                archive.addfile(member)
            else:
                _add(archive, file.as_posix(), source.read_bytes(), source.stat().st_mode & 0o777)
    return folder / f"{package.file_stem}.conda"


def _files(prefix: Path) -> list[Path]:
    """Every file and symbolic link under `prefix`, relative to it; links to folders are not followed."""
    found = []
    for folder, folders, names in os.walk(prefix):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        found += [Path(folder, name).relative_to(prefix) for name in (*names, *links)]
    return found


def _index(package: CondaPackage) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": 0,
        "depends": list(package.depends),
        "constrains": [],
        "license": package.license,
        "subdir": package.subdir,
        "timestamp": _TIMESTAMP_SECONDS * 1000,
    }
    if package.subdir == "noarch":
        return document | {"noarch": "python"}
    system, _, bits = package.subdir.partition("-")
    return document | {"platform": system, "arch": {"64": "x86_64"}.get(bits, bits)}


def _path_entry(prefix: Path, file: Path) -> dict[str, Any]:
    source = prefix / file
    entry: dict[str, Any] = {"_path": file.as_posix()}
    if source.is_symlink():
        # The digest of a link is that of what it points to (CEP 34).
        content = source.read_bytes() if source.is_file() else b""
        entry["path_type"] = "softlink"
    else:
        content = source.read_bytes()
        entry["path_type"] = "hardlink"
        if PLACEHOLDER.encode() in content:
            entry |= {"file_mode": "text", "prefix_placeholder": PLACEHOLDER}
    return entry | {"sha256": hashlib.sha256(content).hexdigest(), "size_in_bytes": len(content)}


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    member = _member(name, mode)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _member(name: str, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = mode, _TIMESTAMP_SECONDS
    return member
