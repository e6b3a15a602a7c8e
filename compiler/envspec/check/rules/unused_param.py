"""W0309: a param that nothing in its file reads."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if not subject.certain:
        return
    module = subject.module
    for name, param in module.params.items():
        if (module.file, name) in subject.resolution.used_params:
            continue
        edit = without_statement(module.source, param.span)
        yield Diagnostic(
            "W0309",
            f"nothing uses the param `{name}`",
            param.name.span,
            f"no `param.{name}` in this file",
            help="use it, or take it away",
            fixes=(Fix("take it away", (edit,), safe=False),),
        )


RULE = Rule("unused-param", ("W0309",), _check)
