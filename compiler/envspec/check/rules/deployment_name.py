"""W0321: the name of a deployment that is no DNS label (RFC 1035), as the name of a service on Kubernetes must be.

Only where it may come there: a deployment that says `local` or `docker` is let alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written
from envspec.diagnostics import Diagnostic, Edit, Fix

_LONGEST = 63
_ANYWHERE = frozenset({"kubernetes", ""})


def _check(subject: Subject) -> Iterator[Diagnostic]:
    project, module = subject.project, subject.module
    names = module.blocks.get("deployment", {})
    for deployment in project.deployments.values():
        block = names.get(deployment.name)
        if block is None or not block.label:
            continue
        target = project.targets.get(deployment.target)
        kind = target.kind if target is not None else deployment.target
        why = _refused(deployment.name)
        if not why or kind not in _ANYWHERE:
            continue
        better = re.sub(r"[_-]+", "-", deployment.name).strip("-")[:_LONGEST].rstrip("-")
        fixes: tuple[Fix, ...] = ()
        if better not in names and not _refused(better):
            fixes = (Fix(f"call it `{better}`", (Edit(block.label.span, better),), safe=False),)
        yield Diagnostic(
            "W0321",
            f"Kubernetes refuses the name `{deployment.name}`",
            Written(module, block).name,
            why,
            help=f"call it `{better}`",
            notes=("a service's name is a DNS label: at most 63 of a-z, 0-9 and -, a letter or digit last",),
            fixes=fixes,
        )


def _refused(name: str) -> str:
    """Why, in words; empty when it is a DNS label. The language lets no other characters be in a name."""
    if "_" in name:
        return "`_` is not in a DNS label"
    if name.endswith("-"):
        return "a DNS label does not end with `-`"
    if len(name) > _LONGEST:
        return f"{len(name)} characters, and a DNS label has at most {_LONGEST}"
    return ""


RULE = Rule("deployment-name", ("W0321",), _check, fix="unsafe")
