"""W0302: one project under two names, or asked of conda and of pip."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.check.edits import without_element
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Fix, Label, Span
from envspec.ir.types import Environment

ON_PYPI = {
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": "opencv-python",
    "py-lightgbm": "lightgbm",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-kubernetes": "kubernetes",
    "pytables": "tables",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "ray-core": "ray",
    "tensorflow-base": "tensorflow",
    "tensorflow-cpu": "tensorflow",
}
"""conda's names of projects that PyPI calls otherwise."""


def project_name(conda: str) -> str:
    """The project's name on PyPI, as in PEP 503."""
    name = re.sub(r"[-_.]+", "-", conda).lower()
    return ON_PYPI.get(name, name)


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        yield from _of(subject, key, environment)


def _of(subject: Subject, key: str, environment: Environment) -> Iterator[Diagnostic]:
    locate = subject.resolution.origins.locate
    first: dict[str, tuple[str, Span | None]] = {}
    for index, conda in enumerate(environment.conda):
        name, place = project_name(conda.name), locate(f"/environments/{key}/conda/{index}")
        earlier, where = first.setdefault(name, (conda.name, place))
        if earlier != conda.name:
            yield _finding(subject, f"`{conda.name}` is `{earlier}` by another name", place, where)
    for index, pip in enumerate(environment.pip):
        if pip.name in first:
            place = locate(f"/environments/{key}/pip/{index}")
            yield _finding(subject, f"`{pip.name}` is asked of conda and of pip", place, first[pip.name][1])


def _finding(subject: Subject, message: str, place: Span | None, other: Span | None) -> Diagnostic:
    fixes: tuple[Fix, ...] = ()
    if place is not None and place.file in subject.resolution.modules:
        fixes = (Fix("take this one away", (without_element(subject.resolution.sources[place.file], place),), False),)
    return Diagnostic(
        "W0302",
        message,
        place,
        "the later one overwrites the files of the other",
        (Label(other, "asked for here too"),) if other is not None else (),
        help="keep one of them",
        fixes=fixes,
    )


RULE = Rule("duplicate-package", ("W0302",), _check)
