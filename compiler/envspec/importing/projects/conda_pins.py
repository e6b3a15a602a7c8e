"""Exact conda packages of a lock: name, version and build out of the address of a package, and the channel out of it.

A package file is called `name-version-build` (`.conda` or `.tar.bz2`), and lies in the folder of its platform in its
channel.
"""

from __future__ import annotations

from urllib.parse import unquote

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.conda_hosts import multichannel_name

LINUX = {"linux-64": "linux/amd64", "linux-aarch64": "linux/arm64"}
"""Platforms that an image can be for, by the name that conda has for them."""
_FILE = lazy_pattern(r"(?P<name>[^/]+)-(?P<version>[^-/]+)-(?P<build>[^-/]+?)(?:\.conda|\.tar\.bz2)")


@frozen
class CondaFile(Frozen):
    """`channel` is its name on the usual host, its address elsewhere."""

    name: str
    version: str
    build: str
    channel: str
    subdir: str


def conda_file(url: str) -> CondaFile | None:
    """What the address of a package says; None when it is not one."""
    address = url.split("#")[0].split("?")[0]
    rest, _, name = address.rpartition("/")
    match = _FILE.fullmatch(unquote(name))
    if match is None:
        return None
    channel, _, subdir = rest.rpartition("/")
    return CondaFile(
        match["name"].lower(), match["version"], match["build"], multichannel_name(channel), subdir
    )


def match_spec(name: str, version: str, build: str, channel: str = "") -> str:
    """The MatchSpec of exactly this package."""
    head = f"{channel}::{name}" if channel else name
    return f"{head} =={version} {build}" if build else f"{head} =={version}"
