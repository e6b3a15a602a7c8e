"""W0302: one project in two spellings, or asked of conda and of pip."""

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

NOT_ON_PYPI = frozenset(
    {"arrow-cpp", "blosc", "brotli", "cairo", "curl", "docker", "elasticsearch", "ffmpeg", "flatbuffers", "git",
     "graphviz", "grpc", "hdf5", "igraph", "jq", "kubernetes", "leveldb", "lmdb", "mysql", "nodejs", "openmpi",
     "pandoc", "postgresql", "redis", "rocksdb", "snappy", "sqlite", "symengine", "tesseract", "thrift", "wget",
     "yaml", "zstd"}
)  # fmt: skip
"""Programs and C libraries of conda. What PyPI has under the same name is something else: a binding, a client."""


def normalised(conda: str) -> str:
    """The name of a conda package with the spelling of PEP 503."""
    return re.sub(r"[-_.]+", "-", conda).lower()


def project_name(conda: str) -> str:
    """The project's name on PyPI, as in PEP 503; empty when PyPI has none."""
    name = normalised(conda)
    return "" if name in NOT_ON_PYPI else ON_PYPI.get(name, name)


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        yield from _of(subject, key, environment)


def _of(subject: Subject, key: str, environment: Environment) -> Iterator[Diagnostic]:
    locate = subject.resolution.origins.locate
    spelt: dict[str, tuple[str, Span | None]] = {}
    from_conda: dict[str, Span | None] = {}
    for index, conda in enumerate(environment.conda):
        place = locate(f"/environments/{key}/conda/{index}")
        from_conda.setdefault(project_name(conda.name), place)
        earlier, where = spelt.setdefault(normalised(conda.name), (conda.name, place))
        if earlier != conda.name:
            yield _finding(subject, f"`{conda.name}` is `{earlier}` in another spelling", place, where)
    for index, pip in enumerate(environment.pip):
        if pip.name and pip.name in from_conda and ";" not in pip.text:
            place = locate(f"/environments/{key}/pip/{index}")
            message = f"`{pip.name}` is asked of conda and of pip"
            yield _finding(subject, message, place, from_conda[pip.name])


def _finding(subject: Subject, message: str, place: Span | None, other: Span | None) -> Diagnostic:
    fixes: tuple[Fix, ...] = ()
    if place is not None and place.file in subject.resolution.modules:
        fixes = (
            Fix(
                "take this one away", (without_element(subject.resolution.sources[place.file], place),), False
            ),
        )
    return Diagnostic(
        "W0302",
        message,
        place,
        "the later one overwrites the files of the other",
        (Label(other, "asked for here too"),) if other is not None else (),
        help="keep one of them",
        fixes=fixes,
    )


RULE = Rule("duplicate-package", ("W0302",), _check, fix="unsafe")
