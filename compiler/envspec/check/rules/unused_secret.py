"""W0311: a secret that nothing asks for, in a file with runs or deployments. Without them it may be there for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written
from envspec.diagnostics import Diagnostic, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    module = subject.module
    secrets = module.blocks.get("secret", {})
    if not subject.whole or not secrets or not (module.blocks.get("run") or module.blocks.get("deployment")):
        return
    used = set(_secrets(subject.resolution.document))
    for name, block in secrets.items():
        if name not in used:
            edit = without_statement(module.source, block.span)
            yield Diagnostic(
                "W0311",
                f"nothing uses the secret `{name}`",
                Written(module, block).name,
                f"no `secret.{name}` in this file",
                help="use it, or take it away",
                fixes=(Fix("take it away", (edit,), safe=False),),
            )


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("secret"), str):
            yield value["secret"]
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)


RULE = Rule("unused-secret", ("W0311",), _check, fix="unsafe")
