"""Which wheels fit a Python version on a platform: names in, yes or no out, nothing asked of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from envspec.lock.platforms import PLATFORMS, wheel_platforms


@lru_cache(maxsize=32)
def supported_tags(python: str, platform: str) -> frozenset[Tag]:
    """The tags that CPython `python` (`3.11` or `3.11.9`) takes on `platform` (`linux/amd64`)."""
    return frozenset(_ordered_tags(python, platform))


@lru_cache(maxsize=32)
def _ordered_tags(python: str, platform: str) -> dict[Tag, int]:
    """The tags with their rank, the best first, as installers prefer them."""
    major, minor = (int(part) for part in python.split(".")[:2])
    platforms = wheel_platforms(PLATFORMS[platform])
    interpreter = f"cp{major}{minor}"
    tags = [
        *cpython_tags((major, minor), abis=[interpreter], platforms=platforms),
        *compatible_tags((major, minor), interpreter=interpreter, platforms=platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


def fits(filename: str, python: str, platform: str) -> bool:
    """Whether the wheel named `filename` installs there; False for a name that is not a wheel's."""
    # Most of the thousands of names are told by their end: parsing one takes a tenth of a millisecond.
    ending = filename.removesuffix(".whl").rpartition("-")[2].lower()
    if _platforms_of(python, platform).isdisjoint(ending.split(".")):
        return False
    tags = tags_of(filename)
    return tags is not None and not tags.isdisjoint(supported_tags(python, platform))


@lru_cache(maxsize=32)
def _platforms_of(python: str, platform: str) -> frozenset[str]:
    return frozenset(tag.platform for tag in supported_tags(python, platform))


@lru_cache(maxsize=1 << 15)
def tags_of(filename: str) -> frozenset[Tag] | None:
    """The tags in a wheel's name, None when it is not one."""
    try:
        return parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return None


def best(filenames: Iterable[str], python: str, platform: str) -> str:
    """The wheel that an installer takes first of those that fit; empty when none does."""
    ranks = _ordered_tags(python, platform)
    found = [name for name in filenames if fits(name, python, platform)]
    return min(
        found,
        key=lambda name: (min(ranks[tag] for tag in parse_wheel_filename(name)[3] if tag in ranks), name),
        default="",
    )
