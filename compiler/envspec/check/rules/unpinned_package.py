"""W0301: a package without any version, which means another one next month wherever no lock is used."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        pinned_elsewhere = {entry.name for entry in environment.constraints}
        for index, conda in enumerate(environment.conda):
            if conda.spec.rpartition("::")[2] == conda.name:
                yield _finding(
                    subject, conda.name, f"/environments/{key}/conda/{index}", f"{conda.name} >=1.0"
                )
        for index, pip in enumerate(environment.pip):
            bare = pip.text.partition(";")[0].partition("[")[0].strip()
            has_version = any(sign in pip.text.partition(";")[0] for sign in "=<>~!@")
            if pip.kind == "requirement" and not has_version and pip.name not in pinned_elsewhere:
                yield _finding(subject, bare, f"/environments/{key}/pip/{index}", f"{bare} >=1.0")


def _finding(subject: Subject, name: str, pointer: str, example: str) -> Diagnostic:
    return Diagnostic(
        "W0301",
        f"`{name}` has no version",
        subject.resolution.origins.locate(pointer),
        "any version, and another one next month",
        help=f'say a range, such as `"{example}"`',
    )


RULE = Rule("unpinned-package", ("W0301",), _check)
