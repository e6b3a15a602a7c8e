"""Which file system a folder is on, from what real machines say of their mounts, and which journal is right there."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from envspec.workspace import file_system
from envspec.workspace.file_system import FileSystem, Journal, file_system_of, journal_on

MOUNTS = rb"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
46 27 0:41 / /home rw,relatime shared:1 - nfs4 filer.example:/home rw,vers=4.2,hard,local_lock=none,addr=10.0.0.2
47 27 0:42 / /old rw,relatime - nfs filer.example:/old rw,vers=3,hard,nolock,local_lock=all,addr=10.0.0.2
48 27 0:43 / /mnt/the\040share rw,relatime master:3 - cifs //filer.example/team rw,vers=3.1.1,cache=strict,uid=0
49 27 0:44 / /mnt/share2 rw - smb3 //filer.example/other rw,vers=3.1.1,nobrl
50 27 0:45 / /mnt/ssh rw,nosuid,nodev,relatime - fuse.sshfs anna@host.example:/data rw,user_id=1000,group_id=1000
51 27 0:46 / /lustre rw - lustre 10.1.1.1@tcp:/scratch rw,flock,lazystatfs
52 27 0:47 / /lustre2 rw - lustre 10.1.1.1@tcp:/scratch2 rw,lazystatfs
53 27 0:48 / /ceph rw,relatime - ceph 10.0.0.3:6789:/ rw,name=admin,secret=<hidden>,acl
54 27 0:49 / /gluster rw,relatime - fuse.glusterfs host.example:/vol rw,user_id=0,group_id=0,default_permissions,allow_other
55 27 0:50 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\;uid=1000,access=client,msize=65536,trans=fd
56 27 0:51 / /work rw,relatime - virtiofs work rw
57 27 0:52 / /bucket rw,nosuid,nodev,relatime - fuse.gcsfuse bucket rw,user_id=0
58 27 0:53 / /strange rw - fuse.anything anything rw
59 27 0:54 / /usb rw,relatime - fuseblk /dev/sdb1 rw,user_id=0,allow_other
60 27 0:55 /sub /btr rw,relatime - btrfs /dev/sdc rw,subvolid=257,subvol=/sub
61 27 0:56 / /lib/containers/merged rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w
62 46 0:57 / /home/anna/local rw - xfs /dev/sdd rw,attr2
"""
DEVICES = {
    "/": (254, 0), "/home": (0, 41), "/old": (0, 42), "/mnt/the share": (0, 43), "/mnt/share2": (0, 44), "/mnt/ssh": (0, 45),
    "/lustre": (0, 46), "/lustre2": (0, 47), "/ceph": (0, 48), "/gluster": (0, 49), "/mnt/c": (0, 50), "/work": (0, 51),
    "/bucket": (0, 52), "/strange": (0, 53), "/usb": (0, 54), "/btr": (0, 55), "/lib/containers/merged": (0, 56),
    "/home/anna/local": (0, 57),
}  # fmt: skip
WANTED = {
    "/": ("ext4", Journal.WAL),
    "/home": ("nfs4", Journal.ROLLBACK),
    "/old": ("nfs", Journal.NONE),
    "/mnt/the share": ("cifs", Journal.ROLLBACK),
    "/mnt/share2": ("smb3", Journal.NONE),
    "/mnt/ssh": ("fuse.sshfs", Journal.NONE),
    "/lustre": ("lustre", Journal.ROLLBACK),
    "/lustre2": ("lustre", Journal.NONE),
    "/ceph": ("ceph", Journal.ROLLBACK),
    "/gluster": ("fuse.glusterfs", Journal.NONE),
    "/mnt/c": ("9p", Journal.ROLLBACK),
    "/work": ("virtiofs", Journal.ROLLBACK),
    "/bucket": ("fuse.gcsfuse", Journal.NONE),
    "/strange": ("fuse.anything", Journal.NONE),
    "/usb": ("fuseblk", Journal.WAL),
    "/btr": ("btrfs", Journal.WAL),
    "/lib/containers/merged": ("overlay", Journal.WAL),
    "/home/anna/local": ("xfs", Journal.WAL),
}


@pytest.mark.parametrize("point", WANTED)
@pytest.mark.parametrize("known", [True, False])
def test_the_mounts_of_real_machines(point: str, known: bool) -> None:
    """By the number of the device, or, where no mount has it, by the path."""
    device = os.makedev(*DEVICES[point]) if known else os.makedev(99, 99)
    path = "/anywhere" if known else f"{point.rstrip('/')}/project/.envspec"
    found = file_system._of_mounts(MOUNTS, device, path)
    assert found is not None
    assert (found.kind, journal_on(found)) == WANTED[point]


def test_a_folder_beside_a_mount_point_is_not_in_it() -> None:
    found = file_system._of_mounts(MOUNTS, os.makedev(99, 99), "/homes/anna")
    assert found is not None and found.kind == "ext4"


@pytest.mark.parametrize("mounts", [b"", b"nonsense\n", b"1 2 3:4 / /x rw - \n"])
def test_what_cannot_be_read_is_one_of_this_machine(mounts: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda path: mounts)
    assert journal_on(file_system_of(Path("/"))) is Journal.WAL


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_this_machine(tmp_path: Path) -> None:
    """`stat` of coreutils, which asks the kernel in another way, names the same file systems."""
    import subprocess

    said = subprocess.run(
        ["stat", "-f", "-c", "%T", "/proc", "/sys"], capture_output=True, text=True, check=True
    )
    for path, name in zip(("/proc", "/sys"), said.stdout.split(), strict=True):
        found = file_system_of(Path(path))
        assert found is not None and found.kind == name


@pytest.mark.parametrize(
    ("kind", "local", "journal"),
    [
        ("apfs", True, Journal.WAL), ("nfs", False, Journal.ROLLBACK), ("smbfs", False, Journal.ROLLBACK),
        ("webdav", False, Journal.NONE), ("macfuse", False, Journal.NONE), ("newfs", False, Journal.NONE),
    ],
)  # fmt: skip
def test_what_macos_says(kind: str, local: bool, journal: Journal) -> None:
    """`struct statfs` of sys/mount.h, with 64-bit inodes."""
    flags = 0x1000 if local else 0
    data = struct.pack(
        "=IiQQQQQiiIIII16s1024s", 4096, 1, 1, 1, 1, 1, 1, 0, 0, 501, 25, flags, 0, kind.encode(), b"/x"
    )
    assert journal_on(file_system._of_statfs(data)) is journal


def test_without_a_name_it_is_local() -> None:
    assert journal_on(None) is Journal.WAL
    assert journal_on(FileSystem("zfs")) is Journal.WAL
