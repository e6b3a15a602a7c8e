"""Which Python an environment asks for.

`"3.11"` (or `"3"`, `"3.11.7"`) is a prefix: any 3.11. Everything else is a specifier set of PEP 440
(`">=3.11,<3.13"`). The canonical text of a prefix is the prefix, also for `3.11.*` and `==3.11.*`; of a set
it is that of `pip_versions`. `MINORS` is the only knowledge about the world here, as of `AS_OF`; today's date is never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.pip_versions import canonical_specifiers, is_usual, split_clause
from envspec.packages.text import control_character


class Minor(NamedTuple):
    """A minor version of CPython and the day its support ends (ISO 8601, from PEP 494 and its successors)."""

    version: str
    end_of_life: str


MINORS: tuple[Minor, ...] = (
    Minor("3.6", "2021-12-23"),
    Minor("3.7", "2023-06-27"),
    Minor("3.8", "2024-10-07"),
    Minor("3.9", "2025-10-31"),
    Minor("3.10", "2026-10-31"),
    Minor("3.11", "2027-10-31"),
    Minor("3.12", "2028-10-31"),
    Minor("3.13", "2029-10-31"),
    Minor("3.14", "2030-10-31"),
    Minor("3.15", "2031-10-31"),
)
AS_OF = "2026-11-01"
"""The day (ISO 8601) of which `MINORS` is the state: what ended before it has ended, whatever day it is."""
_PATCHES = 40  # no minor has had more; a bound on patches inside a minor is seen by trying them
_PREFIX = lazy_pattern(r"[0-9]+(?:\.[0-9]+){0,2}\Z")
_STARRED = lazy_pattern(r"(?:==\s*)?([0-9]+(?:\.[0-9]+)?)\.\*\Z")


def parse_python(text: str) -> str | PackageProblem:
    """The canonical text of a version or specifier set, or what is wrong with it."""
    problem = control_character(text, "a Python version")
    if problem:
        return problem
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    body = text[start:end]
    if not body:
        return _problem(0, len(text), "a Python version is missing", 'write `"3.11"` or `">=3.11,<3.13"`')
    if _PREFIX.match(body):
        canonical = ".".join(str(int(part)) for part in body.split("."))
    elif starred := _STARRED.match(body):
        canonical = ".".join(str(int(part)) for part in starred[1].split("."))
    else:
        clauses = [clause.strip() for clause in body.split(",")]
        at = start
        for raw, clause in zip(body.split(","), clauses, strict=True):
            first = at + len(raw) - len(raw.lstrip())
            found = _clause_problem(clause, first, first + len(clause))
            if found:
                return found
            at += len(raw) + 1
        canonical = canonical_specifiers(clauses)
    if not minor_versions(canonical):
        return _problem(
            start,
            end,
            f"no known Python is `{body}`",
            f"known are {MINORS[0].version} to {MINORS[-1].version}",
        )
    return canonical


def _problem(
    start: int, end: int, message: str, help: str = "", replacement: str | None = None
) -> PackageProblem:
    return PackageProblem("E0303", start, end, message, help, replacement)


def _clause_problem(clause: str, start: int, end: int) -> PackageProblem | None:
    if is_usual(clause):
        return None
    operator, version = split_clause(clause)
    if not clause:
        return _problem(start, end, "a version bound is missing beside the comma")
    if caret := re.match(r"\^\s*([0-9]+)", clause):
        upper = int(caret[1]) + 1
        meant = f">={clause[1:].strip()},<{upper}"
        return _problem(start, end, "there is no operator `^`", f"write `{meant}`", meant)
    if re.match(r"=[^=<>]", clause):
        return _problem(
            start, start + 1, "there is no operator `=`", f"write `{clause[1:].strip()}` for a prefix", ""
        )
    if clause.startswith(("=>", "=<")):
        meant = clause[1] + "="
        return _problem(start, start + 2, f"there is no operator `{clause[:2]}`", f"write `{meant}`", meant)
    if not operator:
        name = re.match(r"(?:c?python|py)\s*[=<>~!]*\s*", clause, re.IGNORECASE)
        if name and _PREFIX.match(clause[name.end() :]):
            return _problem(start, start + name.end(), "only the version belongs here", "", "")
        return _problem(
            start, end, f"`{clause}` is not a Python version", 'write `"3.11"` or `">=3.11,<3.13"`'
        )
    second = re.search(r"\s+(?=[<>=!~])", version)
    if second:
        at = end - len(version) + second.start()
        return _problem(at, at + len(second[0]), "a comma is missing between two bounds", "", ",")
    from packaging.specifiers import InvalidSpecifier, Specifier

    try:
        Specifier(clause)
    except InvalidSpecifier:
        if version.endswith(".*"):
            return _problem(
                start, end, f"`.*` is not understood after `{operator}`", f"write `{operator}{version[:-2]}`"
            )
        return _problem(start, end, f"`{version or clause}` is not a version bound", "see PEP 440")
    return None


def matches(spec: str, version: str) -> bool:
    """Whether the release `version` (`3.11.7`) is one that `spec` (canonical or as written) asks for."""
    release = _release(version)
    return _matcher(spec)(release) if release else _packaging_matches(spec, version)


@lru_cache(maxsize=256)
def minor_versions(spec: str) -> tuple[str, ...]:
    """The known minors of which some release satisfies `spec`, the newest last."""
    match = _matcher(spec)
    found = []
    for minor in MINORS:
        release = _release(minor.version) or []
        if any(match([*release, patch]) for patch in range(_PATCHES)):
            found.append(minor.version)
    return tuple(found)


def _matcher(spec: str) -> Callable[[list[int]], bool]:
    """What decides whether a release satisfies `spec`, read once."""
    body = spec.strip()
    prefix = _STARRED.match(body)
    wanted = prefix[1] if prefix else body
    if _PREFIX.match(wanted):
        numbers = [int(part) for part in wanted.split(".")]
        return lambda release: _starts(release, numbers)
    clauses: list[tuple[_Comparison, list[int], bool]] = []
    for clause in body.split(","):
        operator, bound = split_clause(clause.strip())
        bound_release = _release(bound.removesuffix(".*"))
        if bound_release is None or operator not in _COMPARE:
            return lambda release: _packaging_matches(spec, ".".join(map(str, release)))
        clauses.append((_COMPARE[operator], bound_release, bound.endswith(".*")))
    return lambda release: all(compare(release, bound, star) for compare, bound, star in clauses)


def lowest_minor(spec: str) -> str:
    """The oldest known minor that satisfies `spec`; `KeyError` never: a valid spec has one."""
    return minor_versions(spec)[0]


def _release(version: str) -> list[int] | None:
    """The numbers of a plain release, None for anything with a suffix."""
    return [int(part) for part in version.split(".")] if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version) else None


def _starts(version: list[int], prefix: list[int]) -> bool:
    padded = version + [0] * (len(prefix) - len(version))
    return padded[: len(prefix)] == prefix


def _plain(release: list[int]) -> list[int]:
    """Without trailing zeros, so that 3.11 and 3.11.0 compare as equal (PEP 440)."""
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    return release


def _compatible(version: list[int], bound: list[int], _: bool) -> bool:
    return _plain(version) >= _plain(bound) and _starts(version, bound[:-1])


_Comparison: TypeAlias = Callable[[list[int], list[int], bool], bool]
_COMPARE: dict[str, _Comparison] = {
    "==": lambda v, b, star: _starts(v, b) if star else _plain(v) == _plain(b),
    "!=": lambda v, b, star: not (_starts(v, b) if star else _plain(v) == _plain(b)),
    ">=": lambda v, b, _: _plain(v) >= _plain(b),
    "<=": lambda v, b, _: _plain(v) <= _plain(b),
    ">": lambda v, b, _: _plain(v) > _plain(b),
    "<": lambda v, b, _: _plain(v) < _plain(b),
    "~=": _compatible,
}


def _packaging_matches(spec: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet

    text = f"=={spec}.*" if _PREFIX.match(spec.strip()) else spec
    return SpecifierSet(text).contains(version, prereleases=True)
