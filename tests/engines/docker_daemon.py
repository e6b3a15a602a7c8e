"""A private Docker daemon: its own data root, exec root, pid file, socket, log and bridge.

It never touches `docker0`, so it can live beside another daemon; beside one it also leaves iptables
alone, because both would write the same chains, and rules for the bridge alone let containers reach out.
The data root stays in the cache between runs, and is
pruned to the base images when the daemon starts: then it is, whatever ended the one before, and the first run on a machine
waits for nothing. All functions expect the engine's lock to be held.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import docker
import docker.errors

from tests.engines import EngineMissingError, docker_pruning
from tests.engines.bridge import Bridge
from tests.engines.paths import cache_dir, cache_id, run_dir

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0


def socket_path() -> Path:
    """The daemon's socket."""
    return run_dir() / "docker.sock"


def data_root() -> Path:
    """The folder in which the daemon keeps images, containers and its build cache."""
    return cache_dir() / "docker"


def log_path() -> Path:
    """What the daemon wrote since it was started."""
    return cache_dir() / "dockerd.log"


def host() -> str:
    """The daemon's address as `DOCKER_HOST` takes it."""
    return f"unix://{socket_path()}"


def pid() -> int | None:
    """The process id of the running daemon, or None. The id alone is not trusted: it may be reused."""
    try:
        number = int(_pid_file().read_text())
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return number if str(_pid_file()).encode() in command else None


def start() -> None:
    """Start the daemon unless it runs, and wait until it answers.

    Raises EngineMissingError when this machine cannot have one, with the end of the daemon's log.
    """
    if pid() is not None:
        return
    if os.geteuid() != 0:
        raise EngineMissingError("no Docker engine answers, and a private one can be started by root only")
    binary = shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if binary is None:
        raise EngineMissingError("no Docker engine answers, and there is no dockerd: install docker.io")
    bridge = Bridge.create(f"es{cache_id()}")
    with_iptables = shutil.which("iptables") is not None and not _another_daemon()
    # Twice each: on a busy machine containerd may take longer than dockerd waits for it.
    for iptables in (True, True, False, False) if with_iptables else (False, False):
        process = _spawn(binary, bridge, iptables=iptables)
        if not iptables:
            bridge.reach_out()
        if _wait_until_ready(process):
            docker_pruning.prune(host())
            return
    Bridge.delete_named(bridge.name)
    raise EngineMissingError(f"dockerd does not start; the end of {log_path()}:\n{_log_end()}")


def stop() -> None:
    """Remove the containers and stop the daemon by its own pid file."""
    number = pid()
    if number is not None:
        docker_pruning.remove_containers(host())
        os.kill(number, signal.SIGTERM)
        if not _wait_until_gone(number, _STOP_SECONDS):
            os.kill(number, signal.SIGKILL)
            _wait_until_gone(number, _STOP_SECONDS)
    Bridge.delete_named(f"es{cache_id()}")
    _pid_file().unlink(missing_ok=True)
    socket_path().unlink(missing_ok=True)


def _spawn(binary: str, bridge: Bridge, *, iptables: bool) -> subprocess.Popen[bytes]:
    _pid_file().unlink(missing_ok=True)
    command = [
        binary,
        f"--data-root={data_root()}",
        f"--exec-root={run_dir() / 'docker'}",
        "--pidfile",
        str(_pid_file()),
        f"--host={host()}",
        f"--bridge={bridge.name}",
        f"--mtu={bridge.mtu}",
    ]
    if not iptables:
        command += ["--iptables=false", "--ip-masq=false"]
    # Without the variable that names another engine's socket, and with a session of its own so that
    # Ctrl-C in a test run reaches the tests and not the engine under them.
    environment = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
    with contextlib.suppress(FileNotFoundError):  # one that went away says there why
        log_path().replace(log_path().with_suffix(".before.log"))
    with log_path().open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes]) -> bool:
    """Whether the daemon came to answer; a process that did not is ended."""
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if answers(host()):
            process.returncode = 0  # it is to outlive this process: no warning that it still runs
            return True
        time.sleep(0.05)
    if process.poll() is None:
        process.kill()
        process.wait()
    return False


def answers(address: str) -> bool:
    """Whether a Docker engine answers at `address`."""
    try:
        client = docker.DockerClient(base_url=address, timeout=5)
    except (docker.errors.DockerException, ValueError):
        return False
    try:
        return bool(client.ping())
    except Exception:  # noqa: BLE001  a refused, reset or foreign connection: whatever it is, no engine
        return False
    finally:
        client.close()


def _wait_until_gone(number: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(number, os.WNOHANG)  # it is our own child when the same process started it
        if pid() is None:
            return True
        time.sleep(0.05)
    return False


def _another_daemon() -> bool:
    """Whether some other dockerd runs on this machine, answering or not."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "comm").read_text().strip() == "dockerd":
                    return True
            except OSError:
                continue
    return False


def _pid_file() -> Path:
    return run_dir() / "docker.pid"


def _log_end() -> str:
    return "\n".join(log_path().read_text(errors="replace").splitlines()[-5:])
