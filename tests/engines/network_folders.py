"""Folders of the network, mounted for real: over SFTP, whose locks no other machine sees, and of GlusterFS. The server of
each is a process on loopback, or at the other end of a pipe. Needs root and FUSE."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import EngineMissingError
from tests.engines.free_port import free_port

_SFTP = Path("/usr/lib/openssh/sftp-server")
_SECONDS = 20.0

_SERVER = """volume posix
  type storage/posix
  option directory {brick}
end-volume
volume locks
  type features/locks
  subvolumes posix
end-volume
volume brick
  type performance/io-threads
  subvolumes locks
end-volume
volume server
  type protocol/server
  option transport-type tcp
  option transport.socket.bind-address 127.0.0.1
  option transport.socket.listen-port {port}
  option auth.addr.brick.allow 127.0.0.1
  subvolumes brick
end-volume
"""
_CLIENT = """volume client
  type protocol/client
  option transport-type tcp
  option remote-host 127.0.0.1
  option remote-port {port}
  option remote-subvolume brick
end-volume
"""


@contextmanager
def sftp_folder(folder: Path) -> Iterator[Path]:
    """A folder mounted by sshfs, with an SFTP server instead of ssh at the other end."""
    program = _found("sshfs")
    if not _SFTP.exists():
        raise EngineMissingError("no SFTP server is here (Debian's openssh-sftp-server)")
    server = folder / "server"
    server.parent.mkdir(parents=True, exist_ok=True)
    server.write_text(f"#!/bin/sh\nexec {_SFTP}\n")
    server.chmod(0o755)
    for name in ("there", "here"):
        (folder / name).mkdir()
    _mount([program, "-o", f"ssh_command={server}", f"host:{folder / 'there'}", str(folder / "here")])
    with _unmounted(folder / "here"):
        yield folder / "here"


@contextmanager
def gluster_folder(folder: Path) -> Iterator[Path]:
    """A folder of a GlusterFS server, as a client has it that keeps no pages: nothing of it can be shared memory."""
    serve, mount = _found("glusterfsd"), _found("glusterfs")
    port = free_port()
    for name in ("brick", "here"):
        (folder / name).mkdir(parents=True)
    (folder / "server.vol").write_text(_SERVER.format(brick=folder / "brick", port=port))
    (folder / "client.vol").write_text(_CLIENT.format(port=port))
    server = subprocess.Popen(
        [
            serve,
            "-N",
            "-f",
            str(folder / "server.vol"),
            "-l",
            str(folder / "server.log"),
            "-p",
            str(folder / "pid"),
        ]
    )
    try:
        _listens(port, server, folder / "server.log")
        fresh = ["--direct-io-mode=enable", "--attribute-timeout=0", "--entry-timeout=0"]
        log = str(folder / "client.log")
        _mount([mount, *fresh, "-f", str(folder / "client.vol"), "-l", log, str(folder / "here")])
        with _unmounted(folder / "here"):
            yield folder / "here"
    finally:
        server.kill()
        server.wait()


def _found(program: str) -> str:
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise EngineMissingError(f"{program} is not here (tests/engines/install-debian installs it)")
    return found


def _mount(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise EngineMissingError(f"{command[0]} cannot mount here: {done.stderr.strip()}")


@contextmanager
def _unmounted(folder: Path) -> Iterator[None]:
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _listens(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise EngineMissingError(f"glusterfsd does not serve: {log.read_text()[-500:] if log.exists() else ''}")
