"""The network bridge of the private Docker daemon, made with iproute2.

A bridge of our own keeps the daemon away from `docker0`, which belongs to whatever daemon the machine
has. Its subnet is the first free one of a small private range, and its MTU is that of the machine's
default route: with a larger one, big answers from outside never arrive in a container.
"""

from __future__ import annotations

import ipaddress
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.engines import EngineMissingError

_RANGE = ipaddress.IPv4Network("172.31.0.0/16")
_DEFAULT_MTU = 1500


@dataclass(frozen=True, slots=True)
class Bridge:
    """A network interface of kind bridge, by name, and the MTU (bytes) for containers on it."""

    name: str
    mtu: int

    @classmethod
    def create(cls, name: str) -> Bridge:
        """Make the bridge, or take the one of that name that is still there."""
        if shutil.which("ip") is None:
            raise EngineMissingError("a private Docker engine needs the command `ip`: install iproute2")
        routes = json.loads(_ip("-j", "-4", "route", "show", "table", "all") or "[]")
        bridge = cls(name, _outgoing_mtu(routes))
        if not Path(f"/sys/class/net/{name}").exists():
            _ip("link", "add", "name", name, "type", "bridge")
            _ip("address", "add", f"{_free_address(routes)}/24", "dev", name)
        _ip("link", "set", name, "up")
        return bridge

    def delete(self) -> None:
        """Take the bridge away; nothing happens when it is gone."""
        self.delete_named(self.name)

    @staticmethod
    def delete_named(name: str) -> None:
        """Take the bridge `name` away; nothing happens when it is gone."""
        if Path(f"/sys/class/net/{name}").exists():
            _ip("link", "delete", name)


def _outgoing_mtu(routes: list[dict[str, str]]) -> int:
    for route in routes:
        if route["dst"] == "default" and "dev" in route:
            return int(Path(f"/sys/class/net/{route['dev']}/mtu").read_text())
    return _DEFAULT_MTU


def _free_address(routes: list[dict[str, str]]) -> str:
    """The first host address of a /24 that no route of this machine touches."""
    taken = [
        ipaddress.IPv4Network(route["dst"], strict=False) for route in routes if route["dst"][0].isdigit()
    ]
    for subnet in reversed(list(_RANGE.subnets(new_prefix=24))):
        if not any(subnet.overlaps(other) for other in taken):
            return str(subnet.network_address + 1)
    raise EngineMissingError(f"no subnet of {_RANGE} is free for a private Docker engine")


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineMissingError(f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout
