"""Who needs what among installed Python packages, and so what somebody must have asked for.

From the requirements of each package, by PEP 508, with markers as on Linux with the Python of the environment.
Extras are not written down anywhere: one is taken for asked for when it explains a package that nothing else explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.packages.pip import normalized_name


@frozen
class Needs(Frozen):
    """`roots` are asked for, `extras` what of them is asked for too; `why` has for each other package one that needs
    it."""

    roots: frozenset[str]
    extras: Mapping[str, frozenset[str]]
    why: Mapping[str, str]


@frozen
class _Need(Frozen):
    """A requirement: of whom, with which extras; `only` is the extra of the package that has it, empty for always."""

    name: str
    extras: frozenset[str]
    only: str


@mutable
class _Search(Mutable):
    needs: Mapping[str, list[_Need]]
    why: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def follow(self, name: str, extras: Iterable[str] = ()) -> None:
        """Everything that comes with a package and these extras of it."""
        waiting = [(name, extra) for extra in ("", *extras)]
        while waiting:
            step = waiting.pop()
            if step in self.seen:
                continue
            self.seen.add(step)
            for need in self.needs.get(step[0], ()):
                if need.only == step[1] and need.name in self.needs:
                    self.why.setdefault(need.name, step[0])
                    waiting += [(need.name, extra) for extra in ("", *need.extras)]

    def known(self, name: str) -> bool:
        return (name, "") in self.seen


def needs_of(requires: Mapping[str, Iterable[str]], requested: Iterable[str], python: str) -> Needs:
    """`requires` has the requirements of each installed package by normalised name; `requested` is marked as asked
    for."""
    environment = _environment(python)
    needs = {name: list(_read(one, environment)) for name, one in requires.items()}
    search = _Search(needs)
    roots = list(requested)
    for name in roots:
        search.follow(name)
    extras = _explaining_extras(search, roots) if roots else {}
    orphans = [name for name in sorted(needs) if not search.known(name)]
    needed = {need.name for name in orphans for need in needs[name] if not need.only and need.name != name}
    # what no orphan needs comes first; only circles are left after these
    for name in [one for one in orphans if one not in needed] + orphans:
        if not search.known(name):
            roots.append(name)
            search.follow(name)
    why = {name: parent for name, parent in search.why.items() if name not in roots}
    return Needs(frozenset(roots), extras, why)


def _explaining_extras(search: _Search, roots: list[str]) -> dict[str, frozenset[str]]:
    """Extras of what was asked for of which all is there, and something is there for no other reason."""
    found: dict[str, frozenset[str]] = {}
    for name in roots:
        for extra in sorted({need.only for need in search.needs.get(name, ()) if need.only}):
            members = {need.name for need in search.needs[name] if need.only == extra}
            if members <= set(search.needs) and not all(map(search.known, members)):
                found[name] = found.get(name, frozenset()) | {extra}
                search.follow(name, [extra])
    return found


def _read(requirements: Iterable[str], environment: dict[str, str]) -> Iterable[_Need]:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.version import InvalidVersion

    for text in requirements:
        try:
            one = Requirement(text)
            names = _extras_of(str(one.marker)) if one.marker else ()
            always = one.marker is None or one.marker.evaluate({**environment, "extra": ""})
            needing = [""] if always else [
                extra for extra in names
                if one.marker is not None and one.marker.evaluate({**environment, "extra": extra})
            ]  # fmt: skip
        except (
            InvalidRequirement,
            InvalidVersion,
            UndefinedComparison,
            UndefinedEnvironmentName,
            RecursionError,
        ):
            continue
        for only in needing:
            yield _Need(
                normalized_name(one.name), frozenset(map(normalized_name, one.extras)), normalized_name(only)
            )


def _extras_of(marker: str) -> list[str]:
    import re

    return re.findall(r"""extra\s*==\s*["']([^"']+)["']""", marker)


def _environment(python: str) -> dict[str, str]:
    """The variables of markers (PEP 508) on Linux, whatever this machine is."""
    parts = [*python.split("."), "0", "0"]
    minor = ".".join(parts[:2])
    return {
        "implementation_name": "cpython", "implementation_version": ".".join(parts[:3]), "os_name": "posix",
        "platform_machine": "x86_64", "platform_python_implementation": "CPython", "platform_release": "",
        "platform_system": "Linux", "platform_version": "", "python_full_version": ".".join(parts[:3]),
        "python_version": minor, "sys_platform": "linux",
    }  # fmt: skip
