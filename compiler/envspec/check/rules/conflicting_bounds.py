"""W0304: bounds that no version meets, in one entry or in two of the same name.

Versions are compared as plain releases (PEP 440, conda). A bound with anything else in it, an alternative (`|`), a
marker or an exclusion (`!=`) is left out, so what is reported holds for certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label
from envspec.ir.types import Environment
from envspec.lazy_pattern import lazy_pattern

_CLAUSE = lazy_pattern(r"(>=|<=|==|~=|>|<|)\s*(\d+(?:\.\d+)*)(\.\*)?\Z")
_REQUIREMENT = lazy_pattern(r"[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*(?P<bounds>[<>=~!][^@]*)\Z")
_PREFIX = lazy_pattern(r"\d+(?:\.\d+)*\Z")


class _Edge(NamedTuple):
    """One end of what is allowed; `text` is the clause, `pointer` the entry that says it."""

    version: tuple[int, ...]
    inclusive: bool
    text: str
    pointer: str


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        by_name: dict[str, list[tuple[str, str]]] = {}
        for name, bounds, pointer in _entries(key, environment):
            by_name.setdefault(name, []).append((bounds, pointer))
        for name, entries in by_name.items():
            if len(entries) > 1 and not subject.certain:
                continue
            yield from _conflict(subject, name.removeprefix("conda:"), entries)


def _entries(key: str, environment: Environment) -> Iterator[tuple[str, str, str]]:
    """Name, bounds and pointer of what is asked for. conda's names are not those of pip."""
    pointer = f"/environments/{key}"
    if environment.python:
        bounds = f"=={environment.python}.*" if _PREFIX.match(environment.python) else environment.python
        yield "conda:python", bounds, f"{pointer}/python"
    for index, conda in enumerate(environment.conda):
        words = conda.spec.rpartition("::")[2].partition("[")[0].split()
        if len(words) > 1 and "|" not in words[1] and "(" not in words[1]:
            yield f"conda:{conda.name}", words[1], f"{pointer}/conda/{index}"
    for attribute, packages in (("pip", environment.pip), ("constraints", environment.constraints)):
        for index, pip in enumerate(packages):
            match = _REQUIREMENT.match(pip.text)
            if pip.kind == "requirement" and ";" not in pip.text and match is not None:
                yield pip.name, match["bounds"], f"{pointer}/{attribute}/{index}"


def _conflict(subject: Subject, name: str, entries: list[tuple[str, str]]) -> Iterator[Diagnostic]:
    lower: _Edge | None = None
    upper: _Edge | None = None
    for bounds, pointer in entries:
        for clause in bounds.split(","):
            for edge, is_lower in _edges(clause.strip(), pointer):
                if is_lower and (lower is None or _tighter(edge, lower, 1)):
                    lower = edge
                elif not is_lower and (upper is None or _tighter(edge, upper, -1)):
                    upper = edge
    if lower is None or upper is None or not _empty(lower, upper):
        return
    locate = subject.resolution.origins.locate
    other = locate(lower.pointer) if lower.pointer != upper.pointer else None
    yield Diagnostic(
        "W0304",
        f"no version of `{name}` is both `{lower.text}` and `{upper.text}`",
        locate(upper.pointer),
        f"`{upper.text}` is asked for here",
        (Label(other, f"and `{lower.text}` here"),) if other is not None else (),
        help="change one of the two bounds",
    )


def _edges(clause: str, pointer: str) -> Iterator[tuple[_Edge, bool]]:
    """The ends that a clause sets, and whether each is the lower one."""
    match = _CLAUSE.match(clause)
    if match is None:
        return
    operator, numbers, star = match[1], tuple(int(part) for part in match[2].split(".")), bool(match[3])
    version = _plain(numbers)
    if operator in ("==", "") and star:
        yield _Edge(version, True, clause, pointer), True
        yield _Edge(_next(numbers), False, clause, pointer), False
    elif operator == "==":
        yield _Edge(version, True, clause, pointer), True
        yield _Edge(version, True, clause, pointer), False
    elif operator == "~=" and len(numbers) > 1:
        yield _Edge(version, True, clause, pointer), True
        yield _Edge(_next(numbers[:-1]), False, clause, pointer), False
    elif operator in (">=", ">"):
        yield _Edge(version, operator == ">=", clause, pointer), True
    elif operator in ("<=", "<"):
        yield _Edge(version, operator == "<=", clause, pointer), False


def _plain(numbers: tuple[int, ...]) -> tuple[int, ...]:
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def _next(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return _plain((*numbers[:-1], numbers[-1] + 1))


def _tighter(edge: _Edge, than: _Edge, sign: int) -> bool:
    if edge.version == than.version:
        return than.inclusive and not edge.inclusive
    return (edge.version > than.version) == (sign > 0)


def _empty(lower: _Edge, upper: _Edge) -> bool:
    if lower.version == upper.version:
        return not (lower.inclusive and upper.inclusive)
    return lower.version > upper.version


RULE = Rule("conflicting-bounds", ("W0304",), _check)
