"""The settings of a container that runs and deployments share, in the words of the Engine API.

What always holds: folders are mounted by the `Mounts` form of the API, which takes any path as it is and
creates none; a container gets no more rights than its user has; limits are those of the spec.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envspec.ir.types import Resources

if TYPE_CHECKING:
    import docker
    from docker.types import Mount


def bind(source: Path, target: str, *, read_only: bool) -> Mount:
    """A folder or file of this machine at `target` in the container."""
    from docker.types import Mount

    return Mount(target=target, source=str(source), type="bind", read_only=read_only)


def user_of_host(client: docker.DockerClient) -> str:
    """`UID:GID` under which a container writes files that belong to the caller."""
    if os.getuid() != 0 and _rootless(client):
        return "0:0"  # in a rootless engine, root inside is the caller outside
    return f"{os.getuid()}:{os.getgid()}"


def limits(resources: Resources, shm_size: int | None) -> dict[str, Any]:
    """Arguments of `create_host_config`. Memory includes swap: a limit is what it says."""
    from docker.types import DeviceRequest

    found: dict[str, Any] = {}
    if resources.cpu is not None:
        found["nano_cpus"] = round(resources.cpu * 1e9)
    if resources.memory is not None:
        found["mem_limit"] = found["memswap_limit"] = resources.memory
    if resources.shm_size or shm_size:
        found["shm_size"] = resources.shm_size or shm_size
    if resources.gpu:
        found["device_requests"] = [DeviceRequest(count=resources.gpu, capabilities=[["gpu"]])]
    return found


def _rootless(client: docker.DockerClient) -> bool:
    options = client.info().get("SecurityOptions") or []
    return any("name=rootless" in str(option) for option in options)
