"""W0303: a package from pip, in an environment with conda, that conda is known to have too.

What conda has is known from `envspec.lock` alone: neither a network nor a cache of this machine is asked, so that
the finding is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import moved_element
from envspec.check.locked_names import LOCK, locked_names
from envspec.check.rules.duplicate_package import project_name
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Fix
from envspec.lazy_pattern import lazy_pattern

_PLAIN = lazy_pattern(r"[a-z0-9-]+\s*(?:(?:>=|<=|==|!=|<|>)[0-9.]+,?)*\Z")


def _check(subject: Subject) -> Iterator[Diagnostic]:
    mixed = {key: e for key, e in subject.project.environments.items() if e.conda and e.pip}
    if not mixed:
        return
    locked = {project_name(name): version for name, version in locked_names(subject.files).conda.items()}
    for key, environment in mixed.items():
        asked = {project_name(package.name) for package in environment.conda}
        for index, pip in enumerate(environment.pip):
            version = locked.get(pip.name)
            if version is not None and pip.kind == "requirement" and pip.name not in asked:
                yield Diagnostic(
                    "W0303",
                    f"conda has `{pip.name}` too",
                    subject.resolution.origins.locate(f"/environments/{key}/pip/{index}"),
                    "its solver does not see what pip installs",
                    help="move it to `conda`",
                    notes=(f"`{LOCK}` has version {version} of it from a channel",),
                    fixes=_fixes(subject, f"/environments/{key}", index, pip.text),
                )


def _fixes(subject: Subject, pointer: str, index: int, text: str) -> tuple[Fix, ...]:
    """Only what conda reads as pip does: a name and bounds."""
    values, sources = subject.resolution.origins.values, subject.resolution.sources
    place, into = values.get(f"{pointer}/pip/{index}"), values.get(f"{pointer}/conda")
    if place is None or into is None or place.file != into.file or not _PLAIN.match(text):
        return ()
    edits = moved_element(sources[place.file], place, into)
    return (Fix("move it to `conda`", edits, safe=False),) if edits else ()


RULE = Rule("pip-over-conda", ("W0303",), _check, fix="unsafe")
