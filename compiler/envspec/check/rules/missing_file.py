"""E0401: a file or folder that the spec names is not there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic
from envspec.resolve.suggest import did_you_mean


def _check(subject: Subject) -> Iterator[Diagnostic]:
    project = subject.project
    for key, environment in project.environments.items():
        for index, package in enumerate(environment.pip):
            if package.kind != "requirement":
                yield from _missing(subject, package.text, f"/environments/{key}/pip/{index}/text", "path")
        if environment.docker.dockerfile:
            yield from _missing(
                subject, environment.docker.dockerfile, f"/environments/{key}/docker/dockerfile", "file"
            )
    for key, run in project.runs.items():
        yield from _missing(subject, run.source, f"/runs/{key}/source", "folder")
    for key, deployment in project.deployments.items():
        yield from _missing(subject, deployment.source, f"/deployments/{key}/source", "folder")
        if deployment.sample:
            yield from _missing(subject, deployment.sample, f"/deployments/{key}/sample", "file")


def _missing(subject: Subject, path: str, pointer: str, kind: str) -> Iterator[Diagnostic]:
    files = subject.files
    right = {"file": files.is_file, "folder": files.is_dir, "path": files.exists}[kind]
    if not path or right(path):
        return
    span = subject.resolution.origins.locate(pointer)
    if files.exists(path):
        yield Diagnostic("E0401", f"`{path}` is not a {kind}", span)
        return
    what = "there is nothing at" if kind == "path" else f"there is no {kind}"
    yield Diagnostic(
        "E0401", f"{what} `{path}`", span, "relative to the project root", help=_similar(subject, path)
    )


def _similar(subject: Subject, path: str) -> str:
    folder, name = posixpath.split(path)
    try:
        names = [entry.name for entry in subject.files.path(folder).iterdir()]
    except OSError:
        return ""
    return did_you_mean(name, names)


RULE = Rule("missing-file", ("E0401",), _check)
