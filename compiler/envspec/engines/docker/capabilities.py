"""Which builder an engine and this machine have between them.

The SDK can ask only for the classic builder. BuildKit is asked for by the `docker` command, and not every one
can: up to 22 it speaks BuildKit itself, from 23 it needs the buildx plugin and refuses without it. So every
`docker` on PATH is looked at and the first that can is taken. When none can, the classic builder is used and
`Builder.why_classic` says so: never a silent fallback.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.engines.docker.endpoint import unix_socket
from envspec.frozen import Frozen, frozen

if TYPE_CHECKING:
    import docker

_FIRST_CLI_WITHOUT_BUILDKIT = 23
_FIRST_API_WITH_BUILDKIT = (1, 39)
_SECONDS = 20
_EMULATORS = Path("/proc/sys/fs/binfmt_misc")
_ELF_MACHINES = {"386": 3, "amd64": 62, "arm": 40, "arm64": 183, "ppc64le": 21, "riscv64": 243, "s390x": 22}
"""`e_machine` of programs of each architecture (elf.h)."""
_ALSO_RUN = {"amd64": ("386",), "arm64": ("arm",)}


@frozen
class Builder(Frozen):
    """`cli` is the `docker` command that builds with BuildKit; empty for the classic builder, and then
    `why_classic` is one clause. `native_platform` is what the engine builds without emulation. `buildx` is whether the
    command's BuildKit client is that plugin."""

    cli: str
    why_classic: str
    native_platform: str
    buildx: bool = False

    @property
    def name(self) -> str:
        return "buildkit" if self.cli else "classic"


def find_builder(client: docker.DockerClient, wanted: str = "") -> Builder:
    """The best builder there is, or the classic one when it is `wanted`. Asks the engine once
    and runs at most two commands for each `docker`."""
    version = client.version()
    platform = _platform(str(version.get("Os", "linux")), str(version.get("Arch", "amd64")))
    why = "the builder `classic` was asked for" if wanted == "classic" else _engine_without_buildkit(version)
    if why:
        return Builder("", why, platform)
    refused = []
    for command in _docker_commands():
        why = _command_without_buildkit(command)
        if not why:
            return Builder(command, "", platform, _has_buildx(command))
        refused.append(why)
    return Builder("", "; ".join(refused) or "there is no `docker` command on PATH", platform)


def why_not_for(client: docker.DockerClient, host: str, platform: str, native: str) -> str:
    """Why the engine cannot run the steps of an image for `platform`, as one clause; empty when it can, or when only
    trying can tell: that of an engine on another kernel, or of a kernel whose emulators cannot be seen."""
    machine, own = (name.split("/")[1] if "/" in name else "" for name in (platform, native))
    if not platform or machine == own or machine in _ALSO_RUN.get(own, ()):
        return ""
    if not unix_socket(host) or client.info().get("KernelVersion") != os.uname().release:
        return ""
    if not (_EMULATORS / "status").exists() or _ELF_MACHINES.get(machine) in _emulated():
        return ""
    return f"it is `{native}`, and its kernel has no emulator for {machine}"


def _emulated() -> set[int]:
    """The machines whose programs this kernel hands to an emulator (Documentation/admin-guide/binfmt-misc.rst)."""
    found = set()
    for entry in _EMULATORS.iterdir():
        with suppress(OSError, ValueError):
            lines = dict(line.partition(" ")[::2] for line in entry.read_text().splitlines())
            magic = bytes.fromhex(lines.get("magic", ""))
            if "enabled" in lines and magic[:4] == b"\x7fELF" and len(magic) >= 20:
                found.add(int.from_bytes(magic[18:20], "little" if magic[5] == 1 else "big"))
    return found


def _engine_without_buildkit(version: dict[str, object]) -> str:
    components = version.get("Components") or []
    if isinstance(components, list) and any("podman" in str(c.get("Name", "")).lower() for c in components):
        return "podman's socket has the classic build API only"
    api = tuple(int(part) for part in re.findall(r"\d+", str(version.get("ApiVersion", "")))[:2])
    if api < _FIRST_API_WITH_BUILDKIT:
        return "the engine is older than 18.09"
    return ""


def _docker_commands() -> Iterator[str]:
    seen: set[str] = set()
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        command = shutil.which("docker", path=folder) if folder else None
        if command and os.path.realpath(command) not in seen:
            seen.add(os.path.realpath(command))
            yield command


def _command_without_buildkit(command: str) -> str:
    """Empty when `command` can build with BuildKit, else one clause that says why not."""
    said = _output([command, "--version"])
    found = re.search(r"^Docker version (\d+)", said or "")
    if found is None:
        return f"`{command}` is no docker command"
    if int(found[1]) < _FIRST_CLI_WITHOUT_BUILDKIT or _has_buildx(command):
        return ""
    return f"`{command}` {found[1]} has no buildx plugin"


@cache
def _has_buildx(command: str) -> bool:
    return bool(_output([command, "buildx", "version"]))


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _platform(system: str, machine: str) -> str:
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return f"{system}/{names.get(machine, machine)}"
