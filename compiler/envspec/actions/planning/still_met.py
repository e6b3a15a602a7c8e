"""Whether what is locked does for what is asked now: then solving it again is expected to give the same.

The lock prefers what it had, so packages that do for every entry that moved are expected to stay. What cannot be
judged without a solver (conda's specs, extras, markers, channels, indexes, an entry that is gone) counts as not
met.
"""

from __future__ import annotations

from collections.abc import Callable

from envspec.lock.model import LockedPlatform
from envspec.lower.difference import IMAGE, START, Change


def still_met(changes: tuple[Change, ...], platform: LockedPlatform) -> bool:
    """Whether every change leaves the packages of this platform as they are."""
    return all(_leaves(change, platform) for change in changes)


def _leaves(change: Change, platform: LockedPlatform) -> bool:
    if change.layer in (START, IMAGE) or change.kind in ("docker.image", "docker.platforms"):
        return True
    judge = _JUDGES.get(change.kind)
    return judge is not None and bool(change.after) and judge(change.after, platform)


def _python(asked: str, platform: LockedPlatform) -> bool:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    if asked.replace(".", "").isdigit():
        return f"{platform.python}.".startswith(f"{asked}.")
    return SpecifierSet(asked).contains(Version(platform.python))


def _requirement(asked: str, platform: LockedPlatform, absent: bool = False) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        requirement = Requirement(asked)
    except InvalidRequirement:
        return False
    name = canonicalize_name(requirement.name)
    locked = [*((p.name, p.version) for p in platform.pip), *((p.name, p.version) for p in platform.conda)]
    versions = [version for one, version in locked if canonicalize_name(one) == name]
    if requirement.url or requirement.marker or requirement.extras:
        return False
    return absent if not versions else requirement.specifier.contains(versions[0], prereleases=True)


def _constraint(asked: str, platform: LockedPlatform) -> bool:
    return _requirement(asked, platform, absent=True)


_JUDGES: dict[str, Callable[[str, LockedPlatform], bool]] = {
    "asked of python": _python,
    "asked of pip": _requirement,
    "constraint": _constraint,
}
