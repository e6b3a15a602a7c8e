"""What differs between two locks of one project, package by package: for the report of `envspec lock`.

Two locks come in, changes go out in order of environment, platform, kind and name. A package that has another build
or other files of the same version has changed too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envspec.frozen import Frozen, frozen
from envspec.lock.model import Lock, LockedEnvironment, LockedPlatform


@frozen
class PackageChange(Frozen):
    """`kind` is `conda`, `pip` or `path`. `before` is empty for what was added, `after` for what was removed; both are
    versions, with the build where that is all that moved."""

    kind: str
    name: str
    before: str
    after: str

    @property
    def words(self) -> str:
        if not self.before:
            return f"+ {self.name} {self.after}"
        if not self.after:
            return f"- {self.name} {self.before}"
        return f"  {self.name} {self.before} -> {self.after}"


@frozen
class EnvironmentChange(Frozen):
    """`status` is `added`, `removed`, `changed` or `unchanged`; `platforms` has the changes of each platform of the
    new lock. `digest` is the base image's, before and after."""

    id: str
    status: str
    platforms: Mapping[str, tuple[PackageChange, ...]]
    digest: tuple[str, str] = ("", "")


def lock_changes(before: Lock | None, after: Lock) -> tuple[EnvironmentChange, ...]:
    """Every environment of either lock, in order of id."""
    old = before.environments if before is not None else {}
    return tuple(
        _environment(name, old.get(name), after.environments.get(name))
        for name in sorted({*old, *after.environments})
    )


def _environment(
    name: str, before: LockedEnvironment | None, after: LockedEnvironment | None
) -> EnvironmentChange:
    if after is None:
        return EnvironmentChange(name, "removed", {})
    platforms = {
        platform.platform: package_changes(before.platform(platform.platform) if before else None, platform)
        for platform in after.platforms
    }
    status = "added" if before is None else "unchanged" if before == after else "changed"
    return EnvironmentChange(
        name, status, platforms, (before.digest if before is not None else "", after.digest)
    )


def package_changes(before: LockedPlatform | None, after: LockedPlatform) -> tuple[PackageChange, ...]:
    """What moved on one platform."""
    old = _packages(before) if before is not None else {}
    new = _packages(after)
    found = []
    for kind, name in sorted({*old, *new}):
        was, now = old.get((kind, name)), new.get((kind, name))
        if was == now:
            continue
        full = was is not None and now is not None and was[0] == now[0]
        found.append(PackageChange(kind, name, _shown(was, full), _shown(now, full)))
    return tuple(found)


def _shown(package: tuple[str, str] | None, full: bool) -> str:
    if package is None:
        return ""
    return f"{package[0]} ({package[1][:12]})" if full else package[0]


def _packages(platform: LockedPlatform) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind, name) → version, and what else makes the package what it is."""
    found = {
        ("conda", p.name): (p.version, f"{p.build}, {p.sha256}" if p.build else p.sha256)
        for p in platform.conda
    }
    found |= {("pip", p.name): (p.version, _joined(f.sha256 for f in p.files)) for p in platform.pip}
    found |= {("path", p.path): (p.name or p.kind, p.sha256) for p in platform.paths}
    return found


def _joined(digests: Iterable[str]) -> str:
    return " ".join(sorted(digests))
