"""W0315 and W0316: matrix values that nothing uses, and matrix keys that nothing reads.

The cells of an environment are there for the runs and deployments that name them. The cells of a block whose key is
read nowhere are all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.matrix import columns, keys_read, value_of
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written, bases_of, needed
from envspec.diagnostics import Diagnostic, Span
from envspec.ir.types import Deployment, Environment, Run


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if subject.certain:
        yield from _unused_values(subject)
        yield from _unread_keys(subject)


def _unused_values(subject: Subject) -> Iterator[Diagnostic]:
    project, module = subject.project, subject.module
    users: list[Run | Deployment] = [*project.runs.values(), *project.deployments.values()]
    used = {item.environment for item in users if isinstance(item.environment, str)}
    cells: dict[str, list[Environment]] = {}
    for environment in project.environments.values():
        if environment.cell:
            cells.setdefault(environment.name, []).append(environment)
    extended: set[Span] | None = None
    for name, block in module.blocks.get("environment", {}).items():
        reached = [environment for environment in cells.get(name, ()) if environment.id in used]
        if not reached:
            continue  # all of it is unused, which has a finding of its own
        if extended is None:
            extended = {base.name for base in needed(subject.resolution)}
        if Written(module, block).name in extended:
            continue
        for key, values in columns(block):
            known = [environment.cell.get(key) for environment in cells[name]]
            for place in values.items:
                value = value_of(_text(subject, place.span), known)
                if value is not None and all(environment.cell.get(key) != value for environment in reached):
                    yield Diagnostic(
                        "W0315",
                        f"nothing uses `{name}` with this `{key}`",
                        place.span,
                        "neither a run nor a deployment",
                        help=f"use `{name}[{key}={_text(subject, place.span)}]`, or take the value away",
                    )


def _text(subject: Subject, span: Span) -> str:
    return subject.module.source.text[span.start : span.end]


def _unread_keys(subject: Subject) -> Iterator[Diagnostic]:
    module = subject.module
    for kind in ("environment", "run"):
        for block in module.blocks.get(kind, {}).values():
            several = [(key, values) for key, values in columns(block) if len(values.items) > 1]
            if not several:
                continue
            written = Written(module, block)
            chain = [written, *bases_of(written, kind), *_children(subject, kind, written)]
            read = keys_read([link.block for link in chain])
            for key, values in several:
                if key not in read:
                    yield Diagnostic(
                        "W0316",
                        f"nothing in `{block.label.text if block.label else kind}` reads `matrix.{key}`",
                        values.span,
                        "every cell is the same",
                        help=f"use `matrix.{key}`, or take the key away",
                    )


def _children(subject: Subject, kind: str, written: Written) -> list[Written]:
    """The blocks of this file that extend one."""
    found = []
    for block in subject.module.blocks.get(kind, {}).values():
        child = Written(subject.module, block)
        if any(base.block is written.block for base in bases_of(child, kind)):
            found.append(child)
    return found


RULE = Rule("unreachable-matrix-value", ("W0315", "W0316"), _check)
