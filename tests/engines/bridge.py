"""The network bridge of the private Docker daemon, made with iproute2 and iptables.

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

    def reach_out(self) -> None:
        """Let containers on the bridge reach what this machine reaches, by rules of our own.

        For a daemon that leaves iptables alone: another one's FORWARD policy is then DROP, so what goes
        through this bridge is let through by name.
        """
        if shutil.which("iptables") is not None:
            for rule in _rules(self.name):
                subprocess.run(["iptables", "-w", *rule.deleted], capture_output=True, check=False)
                _run("iptables", "-w", *rule.added)

    @staticmethod
    def delete_named(name: str) -> None:
        """Take the bridge `name` and its rules away; nothing happens when it is gone."""
        if not Path(f"/sys/class/net/{name}").exists():
            return
        if shutil.which("iptables") is not None:
            for rule in _rules(name):
                subprocess.run(["iptables", "-w", *rule.deleted], capture_output=True, check=False)
        _ip("link", "delete", name)


@dataclass(frozen=True, slots=True)
class _Rule:
    """An iptables rule: how it is put into its chain, and what it says."""

    table: str
    chain: str
    words: tuple[str, ...]

    @property
    def added(self) -> tuple[str, ...]:
        """The arguments that put it first in its chain."""
        return ("-t", self.table, "-I", self.chain, *self.words)

    @property
    def deleted(self) -> tuple[str, ...]:
        """The arguments that take it out again."""
        return ("-t", self.table, "-D", self.chain, *self.words)


def _rules(name: str) -> list[_Rule]:
    (interface,) = json.loads(_ip("-j", "-4", "address", "show", "dev", name))
    subnets = [f"{entry['local']}/{entry['prefixlen']}" for entry in interface["addr_info"]]
    return [
        _Rule("filter", "FORWARD", ("-i", name, "-j", "ACCEPT")),
        _Rule("filter", "FORWARD", ("-o", name, "-j", "ACCEPT")),
        *(
            _Rule("nat", "POSTROUTING", ("-s", subnet, "!", "-o", name, "-j", "MASQUERADE"))
            for subnet in subnets
        ),
    ]


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
    return _run("ip", *arguments)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineMissingError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
    return done.stdout
