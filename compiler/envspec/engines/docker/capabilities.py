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
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import docker

_FIRST_CLI_WITHOUT_BUILDKIT = 23
_FIRST_API_WITH_BUILDKIT = (1, 39)
_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Builder:
    """`cli` is the `docker` command that builds with BuildKit; empty for the classic builder, and then
    `why_classic` is one clause. `native_platform` is what the engine builds without emulation."""

    cli: str
    why_classic: str
    native_platform: str

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
            return Builder(command, "", platform)
        refused.append(why)
    return Builder("", "; ".join(refused) or "there is no `docker` command on PATH", platform)


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
    if int(found[1]) < _FIRST_CLI_WITHOUT_BUILDKIT or _output([command, "buildx", "version"]):
        return ""
    return f"`{command}` {found[1]} has no buildx plugin"


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
