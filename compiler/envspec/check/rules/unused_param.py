"""W0309: a param that nothing in its file reads. No other file can."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import references
from envspec.diagnostics import Diagnostic, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    module = subject.module
    used = {name for file, name in subject.resolution.used_params if file == module.file}
    unused = [param for name, param in module.params.items() if name not in used]
    if not subject.certain or not unused:
        return
    # What a child replaces is not evaluated, and still reads the param.
    read = {
        found.segments[1].name
        for found in references(module.module.statements)
        if len(found.segments) > 1 and found.segments[0].name == "param"
    }
    for param in unused:
        name = param.name.text
        if name in read:
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


RULE = Rule("unused-param", ("W0309",), _check, fix="unsafe")
