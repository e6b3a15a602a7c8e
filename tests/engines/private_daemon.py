"""A Docker engine of a test's own, on a small disk: one that may be killed, and whose disk may be filled.

It has one base image, copied from the shared engine, a bridge of its own and no iptables: its builds use the host's
network. Nothing of it outlives the context.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import docker

from tests.engines import EngineMissingError
from tests.engines.bridge import Bridge
from tests.engines.docker_daemon import answers
from tests.engines.small_disk import small_disk

_SECONDS = 60.0


@dataclass
class PrivateDaemon:
    """`disk` is where it keeps its data. `host` is its address as `DOCKER_HOST` takes it."""

    disk: Path
    run: Path
    bridge: str
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def host(self) -> str:
        return f"unix://{self.run}/docker.sock"

    def start(self) -> None:
        binary = shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if binary is None:
            raise EngineMissingError("there is no dockerd: install docker.io")
        command = [binary, f"--data-root={self.disk / 'data'}", f"--exec-root={self.run / 'exec'}"]
        command += [
            "--pidfile",
            str(self.run / "docker.pid"),
            f"--host={self.host}",
            f"--bridge={self.bridge}",
        ]
        command += ["--iptables=false", "--ip-masq=false"]
        environment = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
        with (self.run / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + _SECONDS
        while not answers(self.host):
            if self.process.poll() is not None or time.monotonic() > deadline:
                end = "\n".join((self.run / "log").read_text(errors="replace").splitlines()[-5:])
                raise EngineMissingError(f"no private dockerd starts:\n{end}")
            time.sleep(0.05)

    def kill(self) -> None:
        """As the kernel does when memory is short: at once, and its containerd with it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self._kill_containerd()
        (self.run / "docker.sock").unlink(missing_ok=True)
        (self.run / "docker.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._kill_containerd()

    def _kill_containerd(self) -> None:
        file = self.run / "exec" / "containerd" / "containerd.pid"
        with contextlib.suppress(OSError, ValueError):
            number = int(file.read_text())
            if str(self.run).encode() in Path(f"/proc/{number}/cmdline").read_bytes():
                os.kill(number, signal.SIGKILL)
            file.unlink()


@contextmanager
def private_daemon(
    folder: Path, source: docker.DockerClient, image: str, mebibytes: int
) -> Iterator[PrivateDaemon]:
    """An engine with `image`, on a disk of that many mebibytes in `folder`."""
    run = Path(tempfile.mkdtemp(prefix="envspec-own-", dir="/run" if os.access("/run", os.W_OK) else None))
    bridge = Bridge.create(f"ef{run.name[-8:]}".replace("_", "x"))
    daemon = PrivateDaemon(folder, run, bridge.name)
    try:
        with small_disk(folder, kibibytes=mebibytes * 1024):
            daemon.start()
            try:
                client = docker.DockerClient(base_url=daemon.host, timeout=120)
                # As one layer: an image that is saved is written twice.
                container = source.containers.create(image, ["true"])
                try:
                    settings = source.images.get(image).attrs["Config"]
                    changes = [f"ENV {name}" for name in settings["Env"] or ()]
                    repository, _, tag = image.rpartition(":")
                    client.api.import_image_from_data(
                        b"".join(cast(Iterator[bytes], container.export())),
                        repository=repository,
                        tag=tag,
                        changes=changes,
                    )
                finally:
                    container.remove(force=True)
                client.close()
                yield daemon
            finally:
                daemon.stop()
                _unmount(folder)
    finally:
        Bridge.delete_named(bridge.name)
        _unmount(run)
        shutil.rmtree(run, ignore_errors=True)


def _unmount(folder: Path) -> None:
    """What containers that were killed have left mounted below `folder`, the deepest first."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in sorted((m for m in mounts if m.startswith(f"{folder}/")), key=len, reverse=True):
        subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
