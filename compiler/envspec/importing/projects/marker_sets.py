"""On which platforms and Pythons a marker (PEP 508) holds, as a set; and a marker for a set.

A lock says for each package where it is needed, by markers on the way to it. Put together they are long and say much
about machines that no environment is for. Here a marker is the set of the cells (platform, Python) where it holds:
the platforms that an environment can be locked for, and the Pythons that the lock allows, cut wherever one of its
markers names a full version. A marker that is made of a set has the same cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import MINORS, matches, parse_python

_PLATFORMS = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64"))
_LINUX = (0, 1)
_FULL = lazy_pattern(r"\b3\.(\d{1,2})\.(\d{1,3})\b")
_OLDEST = 7
_GROUPED = lazy_pattern(r"(['\"])([A-Za-z0-9._-]+)\1\s+(not\s+in|in)\s+(extras|dependency_groups)\b")
_TRUE, _FALSE = 'os_name == "posix"', 'os_name == "none"'

Python = tuple[int, int, int]


class Universe:
    """All cells: for each platform the Pythons, as bits of a number. `pythons` is what the lock allows."""

    def __init__(self, pythons: str, markers: Iterable[str] = ()) -> None:
        self._pythons = _pythons(pythons, markers)
        self._known: dict[tuple[str, str, frozenset[str]], int] = {}
        count = len(self._pythons)
        self.everything = (1 << (count * len(_PLATFORMS))) - 1
        self.linux = sum(((1 << count) - 1) << (count * index) for index in _LINUX)

    def cells(self, marker: str, extra: str = "", chosen: frozenset[str] = frozenset()) -> int:
        """Where a marker holds; everywhere when it cannot be read. `extra` is the extra that is asked for; `chosen`
        are the extras and groups of a `pylock.toml`."""
        key = marker, extra, chosen
        if key not in self._known:
            self._known[key] = self._cells(marker, extra, chosen) if marker.strip() else self.everything
        return self._known[key]

    def _cells(self, text: str, extra: str, chosen: frozenset[str]) -> int:
        from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
        from packaging.version import InvalidVersion

        def holds(match: re.Match[str]) -> str:
            return _TRUE if (match[2] in chosen) == (match[3] == "in") else _FALSE

        try:
            marker = Marker(_GROUPED.sub(holds, text))
            found, bit = 0, 1
            for system, machine in _PLATFORMS:
                for python in self._pythons:
                    if marker.evaluate(_environment(system, machine, python, extra)):
                        found |= bit
                    bit <<= 1
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
            return self.everything
        except (RecursionError, KeyError, ValueError):
            return self.everything
        return found

    def marker(self, cells: int) -> str:
        """A marker that holds on exactly these cells, empty when it is all of them."""
        if cells == self.everything:
            return ""
        count = len(self._pythons)
        rows = [(cells >> (count * index)) & ((1 << count) - 1) for index in range(len(_PLATFORMS))]
        by_pythons: dict[int, list[int]] = {}
        for index, row in enumerate(rows):
            if row:
                by_pythons.setdefault(row, []).append(index)
        parts = []
        for row, platforms in by_pythons.items():
            both = [one for one in (self._python_marker(row), _platform_marker(platforms)) if one]
            text = " and ".join(f"({one})" if " or " in one and len(both) > 1 else one for one in both)
            parts.append(text)
        return parts[0] if len(parts) == 1 else " or ".join(f"({part})" if part else "" for part in parts)

    def _python_marker(self, row: int) -> str:
        pythons = self._pythons
        runs: list[str] = []
        at = 0
        while at < len(pythons):
            if not row >> at & 1:
                at += 1
                continue
            end = at
            while end < len(pythons) and row >> end & 1:
                end += 1
            low = self._bound(">=", at) if at else ""
            high = self._bound("<", end) if end < len(pythons) else ""
            runs.append(" and ".join(filter(None, (low, high))))
            at = end
        return (
            runs[0] if len(runs) == 1 else " or ".join(f"({run})" if " and " in run else run for run in runs)
        )

    def _bound(self, operator: str, at: int) -> str:
        """A bound at the beginning of a cell."""
        before, here = self._pythons[at - 1], self._pythons[at]
        if before[:2] != here[:2]:
            return f'python_version {operator} "{here[0]}.{here[1]}"'
        return f'python_full_version {operator} "{here[0]}.{here[1]}.{here[2]}"'


def _pythons(spec: str, markers: Iterable[str]) -> list[Python]:
    """The first release of each minor that `spec` allows, and the releases at which a marker changes."""
    canonical = parse_python(spec) if spec.strip() else ""
    if isinstance(canonical, PackageProblem):
        canonical = ""
    cuts = {
        (3, int(match[1]), int(match[2]) + step)
        for marker in markers
        for match in _FULL.finditer(marker)
        for step in (0, 1)
    }
    found: set[Python] = set()
    for row in MINORS:
        minor = int(row.version.partition(".")[2])
        if minor < _OLDEST and not canonical:
            continue
        allowed = [n for n in range(40) if not canonical or matches(canonical, f"3.{minor}.{n}")]
        if allowed:
            found.add((3, minor, allowed[0]))
            found |= {cut for cut in cuts if cut[1] == minor and cut[2] in allowed}
    return sorted(found) or [(3, 12, 0)]


def _environment(system: str, machine: str, python: Python, extra: str) -> dict[str, str]:
    full = ".".join(map(str, python))
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux" if system == "linux" else "Darwin",
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{python[0]}.{python[1]}",
        "sys_platform": system,
        "extra": extra,
    }


def _platform_marker(indexes: list[int]) -> str:
    """The shortest marker for some of the platforms, empty for all."""
    chosen = set(indexes)
    if len(chosen) == len(_PLATFORMS):
        return ""
    names = {
        frozenset({0, 1}): 'sys_platform == "linux"',
        frozenset({2, 3}): 'sys_platform == "darwin"',
        frozenset({0, 2}): 'platform_machine == "x86_64"',
        frozenset({0, 1, 3}): '(sys_platform == "linux" or platform_machine == "arm64")',
        frozenset({1, 2, 3}): '(sys_platform == "darwin" or platform_machine == "aarch64")',
        frozenset({1, 3}): 'platform_machine != "x86_64"',
    }
    if frozenset(chosen) in names:
        return names[frozenset(chosen)]
    single = [
        f'sys_platform == "{_PLATFORMS[one][0]}" and platform_machine == "{_PLATFORMS[one][1]}"'
        for one in sorted(chosen)
    ]
    return single[0] if len(single) == 1 else " or ".join(f"({one})" for one in single)
