"""What a platform calls itself: `uname -m` for `linux/amd64`."""

from __future__ import annotations

from envspec.lock.platforms import PLATFORMS

IMAGE_PLATFORMS = tuple(name for name in PLATFORMS if name.startswith("linux/"))
"""The platforms for which the pinned installers exist."""


def machine(platform: str) -> str:
    return PLATFORMS[platform].machine
