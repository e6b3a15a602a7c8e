"""W0305: only Pythons whose support has ended, by the dated table of `packages.python_version`."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Edit, Fix
from envspec.ir.types import Environment
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.python_version import AS_OF, MINORS, minor_versions

_PREFIX = lazy_pattern(r"(\d+(?:\.\d+){0,2})\.\*")
_CLAUSE = r"(?:>=|<=|==|!=|<|>)\d+(?:\.\d+)*"
_USUAL = lazy_pattern(rf"{_PREFIX.pattern}|{_CLAUSE}(?:,{_CLAUSE})*")
"""What a conda version and one of PEP 440 mean alike."""
_ENDS = {minor.version: minor.end_of_life for minor in MINORS}


def _check(subject: Subject) -> Iterator[Diagnostic]:
    supported = [minor.version for minor in MINORS if minor.end_of_life > AS_OF]
    for key, environment in subject.project.environments.items():
        for spec, pointer in _asked(key, environment):
            minors = minor_versions(spec)
            if not minors or minors[-1] in supported:
                continue
            span = subject.resolution.origins.locate(pointer)
            fixes: tuple[Fix, ...] = ()
            source = subject.resolution.sources.get(span.file) if span is not None else None
            if span is not None and source is not None and source.text[span.start : span.end] == f'"{spec}"':
                edit = Edit(span, f'"{supported[0]}"')
                fixes = (Fix(f'write `"{supported[0]}"`', (edit,), safe=False),)
            yield Diagnostic(
                "W0305",
                f"Python {minors[-1]} has had no security fixes since {_ENDS[minors[-1]]}",
                span,
                "asks for no newer one",
                help=f"supported are {supported[0]} to {supported[-1]}",
                notes=(f"as of {AS_OF}, the date of the table; no clock is read",),
                fixes=fixes,
            )


def _asked(key: str, environment: Environment) -> Iterator[tuple[str, str]]:
    """What is asked for, as `minor_versions` reads it, with its pointer."""
    if environment.python:
        yield environment.python, f"/environments/{key}/python"
        return
    for index, package in enumerate(environment.conda):
        words = package.spec.rpartition("::")[2].partition("[")[0].split()
        if package.name == "python" and len(words) > 1 and _USUAL.fullmatch(words[1]):
            prefix = _PREFIX.fullmatch(words[1])
            yield prefix[1] if prefix else words[1], f"/environments/{key}/conda/{index}"


RULE = Rule("python-end-of-life", ("W0305",), _check, fix="unsafe")
