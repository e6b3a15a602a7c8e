"""Disks that cannot be written: a tmpfs of a few kibibytes that is soon full, and a folder that is read-only, for as long
as a context lasts. Needs root, as an engine does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.engines import EngineMissingError


def fill(folder: Path) -> None:
    """Leave no room at all on the disk of `folder`."""
    with (folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody, not even root, may write into `folder` meanwhile: it is mounted over itself."""
    for arguments in (["--bind", str(folder), str(folder)], ["-o", "remount,bind,ro", str(folder)]):
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise EngineMissingError(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_disk(folder: Path, *, kibibytes: int) -> Iterator[Path]:
    """`folder`, made and mounted."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineMissingError(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily: a process that was killed may still be about to let go of it.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
