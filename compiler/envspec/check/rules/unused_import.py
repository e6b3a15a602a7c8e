"""W0310: an import whose name stands nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import references
from envspec.diagnostics import Diagnostic, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    module = subject.module
    unused = {alias for alias in module.import_statements if alias not in module.used_imports}
    if not subject.certain or not unused:
        return
    # What a child replaces is not evaluated, and still says the name.
    said = {segment.name for found in references(module.module.statements) for segment in found.segments}
    for alias in sorted(unused - said):
        statement = module.import_statements[alias]
        if statement.alias is None:
            continue
        edit = without_statement(module.source, statement.span)
        yield Diagnostic(
            "W0310",
            f"nothing uses the import `{alias}`",
            statement.alias.span,
            f"no `{alias}.…` in this file",
            help="take it away",
            fixes=(Fix("take it away", (edit,), safe=False),),
        )


RULE = Rule("unused-import", ("W0310",), _check, fix="unsafe")
