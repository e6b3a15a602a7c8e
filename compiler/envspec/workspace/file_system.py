"""Which file system a folder is on, and how SQLite may keep its journal there.

A WAL needs memory that all its processes share, which machines do not: on a folder of the network a database with one
is silently spoilt. A rollback journal needs nothing but locks; where a file system has none that reach the other
machines, nothing can be written safely. What comes in is the text of `/proc/self/mountinfo`, or what `statfs` says.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from envspec.frozen import Frozen, frozen


class Journal(Enum):
    """The value is what `PRAGMA journal_mode` calls it; NONE is for where SQLite must not write."""

    WAL = "wal"
    ROLLBACK = "delete"
    NONE = ""


@frozen
class FileSystem(Frozen):
    """`kind` is the system's name for it (`ext4`, `nfs4`, `fuse.sshfs`); `options` those that it is mounted with."""

    kind: str
    options: frozenset[str] = frozenset()


_SHARED = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "fuse.ceph", "fuse.ceph-fuse", "lustre", "gpfs", "beegfs", "ocfs2",
        "gfs2", "9p", "virtiofs", "vboxsf", "vmhgfs", "fuse.vmhgfs-fuse", "prl_fs", "drvfs", "fakeowner", "fuse.grpcfuse",
        "fuse.osxfs",
    }
)  # fmt: skip
"""Folders of other machines, or of the one that this is a guest of, whose locks reach all who use them, and where who has
a lock sees what others wrote before it."""

_WITHOUT_LOCKS = frozenset(
    {"afs", "orangefs", "pvfs2", "coda", "ncpfs", "ftp", "webdav", "macfuse", "osxfuse"}
)
"""Folders of other machines whose locks, where there are any, are those of one machine."""

_LOCAL_FUSE = frozenset(
    {
        "fuseblk", "fuse.ntfs-3g", "fuse.bindfs", "fuse.fuse-overlayfs", "fuse.mergerfs", "fuse.encfs", "fuse.gocryptfs",
        "fuse.cryfs", "fuse.exfat", "fuse.portal", "fuse.squashfuse", "fuse.unionfs-fuse", "fuse.unionfs", "fuse.securefs",
        "fuse.ext4", "fuse.ext2", "fuse.fuse2fs", "fuse.zfs-fuse", "fuse.apfs-fuse",
    }
)  # fmt: skip
"""All other FUSE is taken for a folder of the network that keeps no promise: `sshfs` and buckets have locks that no other
machine sees, and GlusterFS, whose locks are seen, has pages in a cache that are older than the lock."""

_LOCKS_OFF: Mapping[str, frozenset[str]] = {
    "nfs": frozenset({"nolock", "local_lock=all", "local_lock=posix"}),
    "nfs4": frozenset({"nolock", "local_lock=all", "local_lock=posix"}),
    "cifs": frozenset({"nobrl"}),
    "smb3": frozenset({"nobrl"}),
    "lustre": frozenset({"localflock", "noflock"}),
}
"""The options of a mount that keep locks on this machine."""


def journal_on(found: FileSystem | None) -> Journal:
    """A file system that nobody can name is one of this machine."""
    if found is None:
        return Journal.WAL
    if found.kind in _WITHOUT_LOCKS or found.options & _LOCKS_OFF.get(found.kind, frozenset()):
        return Journal.NONE
    if found.kind == "lustre" and "flock" not in found.options:
        return Journal.NONE
    if found.kind in _SHARED:
        return Journal.ROLLBACK
    foreign = found.kind.startswith("fuse") and found.kind not in _LOCAL_FUSE
    return Journal.NONE if foreign else Journal.WAL


def file_system_of(folder: Path) -> FileSystem | None:
    """That of a folder that is there; None where the system does not tell."""
    try:
        if sys.platform == "darwin":
            return _of_statfs(_statfs(folder))
        return _of_mounts(
            Path("/proc/self/mountinfo").read_bytes(), folder.stat().st_dev, os.path.realpath(folder)
        )
    except (OSError, ValueError, IndexError):
        return None


def _of_mounts(mounts: bytes, device: int, path: str) -> FileSystem | None:
    """By the number of its device, which all mounts of one file system have; where no mount has it (each subvolume of
    btrfs has one of its own), by the longest mount point above the path. See proc(5)."""
    wanted = f" {os.major(device)}:{os.minor(device)} ".encode()
    at = mounts.find(wanted)
    if at >= 0:
        begin = mounts.rfind(b"\n", 0, at) + 1
        return _mount(mounts[begin:].partition(b"\n")[0])[1]
    best: tuple[str, FileSystem | None] = ("", None)
    for line in mounts.splitlines():
        point, found = _mount(line)
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, found)
    return best[1]


def _mount(line: bytes) -> tuple[str, FileSystem]:
    """Mount point and file system of a line. Spaces and such are in it as octal numbers."""
    fields = line.split(b" ")
    rest = fields[fields.index(b"-", 6) + 1 :]
    point = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), fields[4])
    options = (fields[5] + b"," + rest[2]).decode("utf-8", "replace").split(",")
    return os.fsdecode(point), FileSystem(rest[0].decode("utf-8", "replace"), frozenset(options))


_MNT_LOCAL = 0x1000  # sys/mount.h of macOS


def _of_statfs(data: bytes) -> FileSystem:
    """From macOS's `struct statfs` with 64-bit inodes: flags at byte 64, the name of the type at byte 72. What is not
    local there, and has a name that nobody knows, is taken for a folder of the network."""
    flags = int.from_bytes(data[64:68], sys.byteorder)
    kind = data[72:88].partition(b"\0")[0].decode("ascii", "replace")
    known = flags & _MNT_LOCAL or kind in _SHARED | _WITHOUT_LOCKS
    return FileSystem(kind if known else f"fuse.{kind}")


def _statfs(folder: Path) -> bytes:
    import ctypes

    buffer = ctypes.create_string_buffer(4096)
    if ctypes.CDLL(None, use_errno=True).statfs(os.fsencode(folder), buffer) != 0:
        raise OSError(ctypes.get_errno(), "statfs")
    return buffer.raw
