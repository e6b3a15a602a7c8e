"""podman behind a socket that speaks the Docker API, with storage of its own, for one test run.

Debian's podman is used as root. Nothing of the machine's own podman is touched: images, containers, configuration
and socket are in folders that go with it.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.engines import EngineMissingError, base_image, docker_daemon
from tests.engines.private_docker import TINY, tiny_base

_START_SECONDS = 60.0
_LIMIT = 4096
_CONFIGURATION = """\
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[containers]
log_driver = "k8s-file"
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
"""
_POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}\n'
_REGISTRIES = 'unqualified-search-registries = []\nshort-name-mode = "permissive"\n'


@dataclass(frozen=True, slots=True)
class PodmanEngine:
    """A podman that answers at `host`; `tiny` is `private_docker.TINY` in it, `base` an image with Python 3.11."""

    host: str
    tiny: str
    base: str

    @property
    def client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.host, timeout=120)


@contextmanager
def serve_podman(folder: Path) -> Iterator[PodmanEngine]:
    """Lives as long as the context. Raises EngineMissingError when there is no podman or it does not start."""
    binary = shutil.which("podman")
    if binary is None or os.geteuid() != 0:
        raise EngineMissingError("a private podman needs root and podman: install podman")
    run = Path(tempfile.mkdtemp(prefix="envspec-", dir="/run" if os.access("/run", os.W_OK) else None))
    settings = {
        "containers.conf": _CONFIGURATION.format(
            files=_limit(resource.RLIMIT_NOFILE), processes=_limit(resource.RLIMIT_NPROC)
        ),
        "registries.conf": _REGISTRIES,
        "policy.json": _POLICY,
        "storage.conf": f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/root"\nrunroot = "{run}/run"\n',
    }
    for name, text in settings.items():
        (folder / name).write_text(text)
    host = f"unix://{run}/podman.sock"
    command = [
        binary, f"--root={folder}/root", f"--runroot={run}/run", f"--tmpdir={run}/tmp", "--runtime=runc",
        "--cgroup-manager=cgroupfs", f"--storage-driver={_driver(folder)}",
        "system", "service", "--time=0", host,
    ]  # fmt: skip
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")},
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_REGISTRIES_CONF": str(folder / "registries.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }
    log = (folder / "podman.log").open("wb")
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
    )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not docker_daemon.answers(host):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = (folder / "podman.log").read_text(errors="replace")[-1000:]
                raise EngineMissingError(f"podman's service does not start:\n{tail}")
            time.sleep(0.05)
        yield PodmanEngine(host, *_loaded(host))
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            point = line.split()[1]
            if point.startswith((f"{run}/", f"{folder}/")):
                subprocess.run(["umount", "-l", point], check=False, capture_output=True)
        shutil.rmtree(run, ignore_errors=True)
        shutil.rmtree(folder / "root", ignore_errors=True)


def _limit(which: int) -> int:
    """What any machine lets a process have; podman's own default may be more."""
    hard = resource.getrlimit(which)[1]
    return _LIMIT if hard < 0 else min(hard, _LIMIT)


def _driver(folder: Path) -> str:
    """overlay where the file system can be below one, else vfs, which copies."""
    kind = subprocess.run(
        ["stat", "--file-system", "--format=%T", str(folder)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return "vfs" if kind in ("overlayfs", "unknown", "") else "overlay"


def _loaded(host: str) -> tuple[str, str]:
    """The two images. The one with Python is the root file system that the base images of Docker are made of."""
    client = docker.DockerClient(base_url=host, timeout=600)
    name = TINY.split(":")[0]
    client.api.import_image_from_data(tiny_base(), repository=name)
    rootfs = base_image.rootfs_tar(base_image.WITH_PYTHON)
    client.api.import_image_from_file(str(rootfs), repository="envspec-test/podman-base")
    client.close()
    return f"docker.io/{name}:latest", "docker.io/envspec-test/podman-base:latest"  # podman heeds no tag here
