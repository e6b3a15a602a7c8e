"""A Docker engine for one test: to be killed, to run out of disk, or to be another version than Debian's.

It has its own data root, exec root, socket, pid file and bridge, and leaves iptables alone: nothing that is built
in it needs a network but the host's. The shared engine (`docker_engine`) is not touched. `tiny_base` gives an image
that loads in a moment.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker

from tests.engines import EngineMissingError, docker_daemon
from tests.engines.bridge import Bridge

TINY = "envspec-test/tiny:1"
_PROGRAMS = ("sh", "mkdir", "chmod", "grep", "cat", "sleep", "dd", "rm", "true", "date", "touch", "ls")
_ACCOUNTS = {"etc/passwd": b"root:x:0:0::/root:/bin/sh\n", "etc/group": b"root:x:0:\n"}
_START_SECONDS = 60.0
_ATTEMPTS = 2


@dataclass
class PrivateDocker:
    """`folder` has the data root (unless `data_root` is elsewhere), the log and the configuration; `programs` is a
    folder with another `dockerd`, `containerd` and so on; `settings` are those of `daemon.json`."""

    folder: Path
    data_root: Path | None = None
    programs: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        # The path of a Unix socket has at most 107 bytes.
        self.run = Path(
            tempfile.mkdtemp(prefix="envspec-", dir="/run" if os.access("/run", os.W_OK) else None)
        )
        self.bridge = Bridge.create(f"esp{uuid.uuid4().hex[:8]}")

    @property
    def host(self) -> str:
        return f"unix://{self.run}/docker.sock"

    @property
    def client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.host, timeout=120)

    @property
    def log(self) -> Path:
        return self.folder / "dockerd.log"

    def start(self) -> None:
        """Start it, and wait until it answers. Raises EngineMissingError."""
        for _ in range(_ATTEMPTS):  # on a busy machine containerd may take longer than dockerd waits for it
            with contextlib.suppress(EngineMissingError):
                self._start()
                return
        self._start()

    def _start(self) -> None:
        folders = [*([str(self.programs)] if self.programs else []), os.environ["PATH"], "/usr/sbin", "/sbin"]
        path = os.pathsep.join(folders)
        binary = shutil.which("dockerd", path=path)
        if binary is None or os.geteuid() != 0:
            raise EngineMissingError("a private Docker engine needs root and dockerd: install docker.io")
        configuration = self.folder / "daemon.json"
        configuration.write_text(json.dumps(dict(self.settings)))
        (self.run / "docker.pid").unlink(missing_ok=True)
        command = [
            binary, f"--config-file={configuration}", f"--data-root={self.data_root or self.folder / 'data'}",
            f"--exec-root={self.run}/exec", f"--pidfile={self.run}/docker.pid", f"--host={self.host}",
            f"--bridge={self.bridge.name}", "--iptables=false", "--ip-masq=false",
        ]  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if k != "DOCKER_HOST"} | {"PATH": path}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not docker_daemon.answers(self.host):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise EngineMissingError(f"a private dockerd does not start:\n{tail}")
            time.sleep(0.05)

    def kill(self) -> None:
        """As a crash or a power cut: the daemon, its containerd, and whatever runs in its containers."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self._end_what_is_left()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._end_what_is_left()

    def close(self) -> None:
        """Stop it and delete all of it."""
        self.stop()
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            point = line.split()[1]
            if point.startswith((f"{self.run}/", f"{self.data_root or self.folder}/")):
                subprocess.run(["umount", "-l", point], check=False, capture_output=True)
        Bridge.delete_named(self.bridge.name)
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.rmtree(self.data_root or self.folder / "data", ignore_errors=True)

    def _end_what_is_left(self) -> None:
        """containerd, its shims and their containers have our run folder in their arguments, or are children of those
        that have."""
        for _ in range(50):
            ours = _with_argument(str(self.run))
            if not ours:
                return
            for number in [*_children(ours), *ours]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.05)

    def load_tiny_base(self) -> str:
        """`TINY`: a shell and a few programs of this machine."""
        if not self.client.images.list(TINY):
            name, tag = TINY.split(":")
            self.client.api.import_image_from_data(tiny_base(), repository=name, tag=tag)
        return TINY


@contextlib.contextmanager
def private_docker(
    folder: Path,
    *,
    data_root: Path | None = None,
    programs: Path | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[PrivateDocker]:
    """One that has been started; afterwards nothing is left of it."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = PrivateDocker(folder, data_root, programs, settings or {})
    try:
        engine.start()
        yield engine
    finally:
        engine.close()


def tiny_base() -> bytes:
    """The root file system of `TINY` as a tar: programs of this machine with the libraries that they load."""
    files: dict[str, Path] = {}
    for program in _PROGRAMS:
        path = shutil.which(program, path="/bin:/usr/bin")
        if path is None:
            raise EngineMissingError(f"there is no `{program}` for a base image")
        files[f"bin/{program}"] = Path(path)
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            files[library.lstrip("/")] = Path(library)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in _ACCOUNTS.items():
            tar.addfile(_member(name, len(content), 0o644), io.BytesIO(content))
        for name, file in sorted(files.items()):
            content = file.resolve().read_bytes()
            tar.addfile(_member(name, len(content), 0o755), io.BytesIO(content))
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(temporary)
    return stream.getvalue()


def _member(name: str, size: int, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, mode
    return member


def _with_argument(part: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if part.encode() in (entry / "cmdline").read_bytes() and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def _children(parents: list[int]) -> list[int]:
    found, wanted = [], set(parents)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[1]) in wanted:
                found.append(int(entry.parent.name))
    return found
