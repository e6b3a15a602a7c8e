"""W0310: an import whose name stands nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if not subject.certain:
        return
    module = subject.module
    for alias, statement in module.import_statements.items():
        if alias not in module.used_imports and statement.alias is not None:
            edit = without_statement(module.source, statement.span)
            yield Diagnostic(
                "W0310",
                f"nothing uses the import `{alias}`",
                statement.alias.span,
                f"no `{alias}.…` in this file",
                help="take it away",
                fixes=(Fix("take it away", (edit,)),),
            )


RULE = Rule("unused-import", ("W0310",), _check)
