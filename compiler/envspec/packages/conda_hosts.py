"""The usual addresses of conda channels, and the names that people have for them.

A channel that is not on one of these hosts is known by its address alone.
"""

from __future__ import annotations

from envspec.lazy_pattern import lazy_pattern

_ADDRESS = lazy_pattern(
    r"https?://(?:conda(?:-static)?\.anaconda\.org/(?P<name>[^?#]+?)|repo\.(?:anaconda\.com|continuum\.io)/(?P<main>pkgs/[a-z0-9-]+))/*"
)
_MAIN = lazy_pattern(r"pkgs/(?:main|r|free|msys2|pro|mro)")


def usual_name(channel: str) -> str:
    """`conda-forge`, `pytorch/label/dev` or `pkgs/main` for their usual address; any other text as it is, without slashes
    at its end."""
    match = _ADDRESS.fullmatch(channel)
    return (match["name"] or match["main"]) if match else channel.rstrip("/")


def multichannel_name(channel: str) -> str:
    """The same, with `defaults` for the channels that conda has under this one name."""
    name = usual_name(channel)
    return "defaults" if _MAIN.fullmatch(name) or (name != channel and name.startswith("pkgs/")) else name
