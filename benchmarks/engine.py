"""A Docker engine of the benchmark's own, so that "cold" can be made true and nobody else's cache is lost.

Its data root, socket, process id and bridge are in one new folder, which is gone afterwards with the engine: also
after Ctrl-C and SIGTERM, and what a killed run left is cleared by the next one. `forget` brings it back to what
it was at the start: the base images and nothing else.
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
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import docker
from tests.engines import base_image
from tests.engines.bridge import Bridge
from tests.engines.docker_daemon import answers
from tests.engines.docker_engine import DockerEngine
from tests.engines.paths import cache_dir

_PREFIX = "benchmark-engine-"
_START_SECONDS, _STOP_SECONDS = 60.0, 60.0


@dataclass(frozen=True, slots=True)
class BenchmarkEngine:
    """`host` is its address as `DOCKER_HOST` takes it; `cli` a `docker` command that builds with BuildKit; `bases` are
    the ids of the base images."""

    client: docker.DockerClient
    host: str
    cli: str
    bases: frozenset[str]

    @property
    def variables(self) -> dict[str, str]:
        """Those that make every client use it, with BuildKit."""
        return {"DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "1"}

    def tag(self, image: str, name: str) -> None:
        """Gives an image one more name."""
        repository, _, tag = name.rpartition(":")
        self.client.api.tag(image, repository, tag)

    def forget(self) -> None:
        """Deletes all containers, images and caches but the base images."""
        api = self.client.api
        for container in api.containers(all=True):
            api.remove_container(container["Id"], force=True, v=True)
        for image in api.images():
            if image["Id"] not in self.bases:
                named = [tag for tag in image["RepoTags"] or () if tag != "<none>:<none>"]
                for tag in named or [image["Id"]]:
                    api.remove_image(tag, force=True)
        api.prune_images(filters={"dangling": True})
        api.prune_builds(all=True)


@contextlib.contextmanager
def benchmark_engine() -> Iterator[BenchmarkEngine]:
    """One that runs, with the base images of the tests in it."""
    _clear_what_killed_runs_left()
    previous = signal.signal(signal.SIGTERM, _leave)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=cache_dir()))
    # A socket's path has at most 107 bytes, and containerd's is longer than ours.
    run = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/run" if os.access("/run", os.W_OK) else None))
    (folder / "run").symlink_to(run)
    (folder / "owner").write_text(str(os.getpid()))
    try:
        host = _start(folder, run)
        client = docker.DockerClient(base_url=host, timeout=600)
        try:
            base_image.ensure(client, pull=False)
            cli = DockerEngine(host, private=True).cli
            if cli is None:
                raise SystemExit("there is no `docker` command here that builds with BuildKit")
            bases = frozenset(image["Id"] for image in client.api.images())
            yield BenchmarkEngine(client, host, cli, bases)
        finally:
            client.close()
    finally:
        _stop(folder)
        signal.signal(signal.SIGTERM, previous)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(143)


def _start(folder: Path, run: Path) -> str:
    binary = shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if binary is None or os.geteuid() != 0:
        raise SystemExit(
            "the benchmark of builds starts a Docker engine of its own: it needs root and dockerd"
        )
    host = f"unix://{run}/docker.sock"
    # Rules of our own reach out, so that another engine's are left alone.
    bridge = Bridge.create(_bridge(folder))
    command = [
        *(binary, f"--data-root={folder / 'data'}", f"--exec-root={run / 'exec'}", f"--host={host}"),
        *("--pidfile", str(run / "docker.pid"), f"--bridge={bridge.name}", f"--mtu={bridge.mtu}"),
        *("--iptables=false", "--ip-masq=false"),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C is for us, who then stop it
        )
    bridge.reach_out()
    deadline = time.monotonic() + _START_SECONDS
    while not answers(host):
        if process.poll() is not None or time.monotonic() > deadline:
            end = "\n".join((folder / "log").read_text(errors="replace").splitlines()[-5:])
            raise SystemExit(f"the benchmark's Docker engine does not start:\n{end}")
        time.sleep(0.1)
    process.returncode = 0  # it is stopped by its process id, and waited for there
    return host


def _stop(folder: Path) -> None:
    """Ends the engine of a folder, and deletes all that it had."""
    run = (folder / "run").resolve()
    number = _pid(run)
    if number is not None:
        os.kill(number, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _pid(run) is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(number, os.WNOHANG)
            if time.monotonic() > deadline:
                os.kill(number, signal.SIGKILL)
                deadline += _STOP_SECONDS
            time.sleep(0.05)
    Bridge.delete_named(_bridge(folder))
    for mount in Path("/proc/mounts").read_text().splitlines():
        place = mount.split()[1]
        if place.startswith((f"{run}/", f"{folder}/")):  # network namespaces stay mounted
            subprocess.run(["umount", place], capture_output=True, check=False)
    shutil.rmtree(run, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _pid(run: Path) -> int | None:
    """Of the daemon that runs; the id alone is not trusted, it may be somebody else's by now."""
    try:
        number = int((run / "docker.pid").read_text())
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return number if str(run / "docker.pid").encode() in command else None


def _bridge(folder: Path) -> str:
    """At most 15 characters."""
    return f"eb{folder.name.removeprefix(_PREFIX)[:8].replace('_', 'x')}"


def _clear_what_killed_runs_left() -> None:
    """An engine whose benchmark no longer runs."""
    for folder in cache_dir().glob(f"{_PREFIX}*"):
        owner = folder / "owner"
        if not owner.exists() or not Path(f"/proc/{owner.read_text()}").exists():
            _stop(folder)
