"""W0308: an environment that no run, no deployment and no other environment uses, in a file that has runs."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written, needed
from envspec.diagnostics import Diagnostic, Fix
from envspec.ir.types import Deployment, RegisteredEnvironment, Run


def _check(subject: Subject) -> Iterator[Diagnostic]:
    module, project = subject.module, subject.project
    users: list[Run | Deployment] = [*project.runs.values(), *project.deployments.values()]
    if not subject.whole or not (module.blocks.get("run") or module.blocks.get("deployment")):
        return
    used: set[str] = set()
    for item in users:
        if isinstance(item.environment, RegisteredEnvironment):
            used.add(item.environment.reference.partition(":")[0].partition("@")[0])
        elif item.environment in project.environments:
            used.add(project.environments[item.environment].name)
    extended = {base.name for base in needed(subject.resolution)}
    for name, block in module.blocks.get("environment", {}).items():
        place = Written(module, block).name
        if name not in used and place not in extended:
            edit = without_statement(module.source, block.span)
            yield Diagnostic(
                "W0308",
                f"nothing uses the environment `{name}`",
                place,
                "neither a run nor a deployment nor another environment",
                help="use it, or take it away",
                fixes=(Fix("take it away", (edit,), safe=False),),
            )


RULE = Rule("unused-environment", ("W0308",), _check, fix="unsafe")
