"""What `docker save` writes, read: an image's layers and its configuration.

The archive has a `manifest.json` that names both (Docker Image Specification v1.2); newer engines write the same file
beside the index of an OCI layout. Layers may be compressed.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from envspec.engines.content import Entry
from envspec.frozen import Frozen, frozen

_WHITEOUT = ".wh."
_CONFIGURATION = (
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal",
    "Healthcheck", "Shell", "OnBuild",
)  # fmt: skip
_KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "link",
    tarfile.LNKTYPE: "hard link",
}


@frozen
class Layer(Frozen):
    """`digest` is the SHA-256 of the layer as it lies in the archive."""

    archive: Path
    name: str
    digest: str

    def entries(self) -> dict[str, Entry]:
        """What the layer holds, by path, without times."""
        found = {}
        with tarfile.open(self.archive) as whole, tarfile.open(fileobj=_member(whole, self.name)) as layer:
            for member in layer:
                found[member.name.removeprefix("./") or "."] = Entry(
                    _KINDS.get(member.type, "special file"),
                    member.mode,
                    f"{member.uid}:{member.gid}",
                    member.linkname,
                    _sha256(layer.extractfile(member)) if member.isreg() else _attributes(member),
                )
        return found


def layers(archive: Path) -> list[Layer]:
    """From the lowest."""
    with tarfile.open(archive) as whole:
        return [Layer(archive, name, _sha256(_member(whole, name))) for name in _manifest(whole)["Layers"]]


def together(some: Sequence[Layer]) -> dict[str, Entry]:
    """What these layers make of what lies below them: a later one hides what an earlier one has, and a file
    `.wh.NAME` takes NAME away (OCI image-spec, "Whiteouts")."""
    found: dict[str, Entry] = {}
    for layer in some:
        for path, entry in layer.entries().items():
            folder, _, name = path.rpartition("/")
            if name.startswith(_WHITEOUT):
                gone = f"{folder}/{name.removeprefix(_WHITEOUT)}".lstrip("/")
                found = {p: e for p, e in found.items() if p != gone and not p.startswith(f"{gone}/")}
            found[path] = entry
    return found


def configuration(archive: Path) -> dict[str, Any]:
    """What a container of the image is started with, by the names of the OCI image-spec. What the builders note of
    themselves is not in it."""
    with tarfile.open(archive) as whole:
        config = json.load(_member(whole, _manifest(whole)["Config"]))
    made = config.get("config") or {}
    started = {name: made.get(name) or None for name in _CONFIGURATION}
    return {**started, "os": config.get("os"), "architecture": config.get("architecture")}


def _manifest(whole: tarfile.TarFile) -> dict[str, Any]:
    (manifest,) = json.load(_member(whole, "manifest.json"))
    return dict(manifest)


def _member(whole: tarfile.TarFile, name: str) -> IO[bytes]:
    """A file of the archive. `docker save` writes a layer that it has written already as a link to it."""
    file = whole.extractfile(name)
    assert file is not None, name
    return file


def _sha256(file: IO[bytes] | None) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest() if file is not None else ""  # type: ignore[arg-type]


def _attributes(member: tarfile.TarInfo) -> str:
    """Of what has no bytes: the numbers of a device."""
    return f"{member.devmajor}:{member.devminor}" if member.ischr() or member.isblk() else ""
