"""W0306: a managed environment that does not say which Python it is for."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import first_entry
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written, attribute_of, inner_environments, needed
from envspec.diagnostics import Diagnostic, Edit, Fix
from envspec.ir.types import Deployment, Environment, Run
from envspec.packages.python_version import AS_OF, MINORS

_OTHER = frozenset({"python", "pypy", "r-base", "julia"})
"""conda packages that say the version, or that another language is meant."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if not subject.certain:
        return
    module = subject.module
    without = {
        environment.name: key
        for key, environment in subject.project.environments.items()
        if environment.managed and not environment.interpreter and _needs_one(environment)
    }
    used = {subject.project.environments[k].name for k in _used(subject) if k in subject.project.environments}
    extended = {base.name for base in needed(subject.resolution)}
    for name, block in module.blocks.get("environment", {}).items():
        written = Written(module, block)
        if name in without and (name in used or written.name not in extended):
            yield _finding(subject, written)
    inner = {block.block.header: block for block in inner_environments(module)}
    for key in without.values():
        place = subject.resolution.origins.values.get(f"/environments/{key}")
        if place in inner:
            yield _finding(subject, inner[place])


def _needs_one(environment: Environment) -> bool:
    """Whether it has a Python and says nothing about it; one for R or Julia may have none."""
    if environment.python:
        return False
    return not any(p.name in _OTHER or p.name.startswith("r-") for p in environment.conda)


def _used(subject: Subject) -> Iterator[str]:
    project = subject.project
    users: list[Run | Deployment] = [*project.runs.values(), *project.deployments.values()]
    for item in users:
        if isinstance(item.environment, str):
            yield item.environment


def _finding(subject: Subject, written: Written) -> Diagnostic:
    known = [minor.version for minor in MINORS if minor.end_of_life > AS_OF]
    middle = known[len(known) // 2]
    line = f'python = "{middle}"'
    edit = first_entry(written.module.source, written.block.body.span, line)
    own = attribute_of(written.block, "python")
    if own is not None:  # `python = none`
        edit = Edit(own.value.span, f'"{middle}"')
    return Diagnostic(
        "W0306",
        "this environment does not say its Python",
        written.name,
        "the lock takes what it finds, and another one next year",
        help=f"write `{line}`, or a range",
        fixes=(Fix(f"write `{line}`", (edit,), safe=False),),
    )


RULE = Rule("missing-python", ("W0306",), _check, fix="unsafe")
