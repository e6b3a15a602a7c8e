"""W0301: a package without any version, which means another one next month wherever no lock is used.

Which version it was written for is known when `envspec.lock` has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envspec.check.locked_names import locked_names
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Edit, Fix
from envspec.lazy_pattern import lazy_pattern

_NAME_ALONE = lazy_pattern(r'"[A-Za-z0-9._-]+(?:\[[A-Za-z0-9._, -]*\])?"')
_RELEASE = lazy_pattern(r"\d+(?:\.\d+)?")
_USUAL = frozenset({"pip"})
"""What a list of conda packages says for conda to have a `pip:` section, and no program depends on."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        pinned_elsewhere = {entry.name for entry in environment.constraints}
        for index, conda in enumerate(environment.conda):
            if conda.spec.rpartition("::")[2] == conda.name and conda.name not in _USUAL:
                locked = locked_names(subject.files).conda
                yield _finding(subject, conda.name, f"/environments/{key}/conda/{index}", conda.name, locked)
        for index, pip in enumerate(environment.pip):
            bare = pip.text.partition(";")[0].partition("[")[0].strip()
            has_version = any(sign in pip.text.partition(";")[0] for sign in "=<>~!@")
            if pip.kind == "requirement" and not has_version and pip.name not in pinned_elsewhere:
                locked = locked_names(subject.files).pip
                yield _finding(subject, bare, f"/environments/{key}/pip/{index}", pip.name, locked)


def _finding(subject: Subject, shown: str, pointer: str, name: str, locked: Mapping[str, str]) -> Diagnostic:
    place = subject.resolution.origins.locate(pointer)
    release = _RELEASE.match(locked.get(name, ""))
    fixes: tuple[Fix, ...] = ()
    better = f"{shown} >={release[0] if release else '1.0'}"
    if place is None or place.file in subject.resolution.modules:  # files of other tools have no quotes
        better = f'"{better}"'
    if release is not None and place is not None and place.file in subject.resolution.modules:
        text = subject.resolution.sources[place.file].text[place.start : place.end]
        if _NAME_ALONE.fullmatch(text):
            at = place._replace(start=place.end - 1, end=place.end - 1)
            title = f"write `>={release[0]}`, which `envspec.lock` has"
            fixes = (Fix(title, (Edit(at, f" >={release[0]}"),), safe=False),)
    return Diagnostic(
        "W0301",
        f"`{shown}` has no version",
        place,
        "any version, and another one next month",
        help=f"say a range, such as `{better}`",
        fixes=fixes,
    )


RULE = Rule("unpinned-package", ("W0301",), _check, fix="unsafe")
