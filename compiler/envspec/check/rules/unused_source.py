"""W0326: an `index` or `channel` that no environment names, in a file with environments."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written
from envspec.diagnostics import Diagnostic, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    module = subject.module
    if not subject.whole or not module.blocks.get("environment"):
        return
    environments = subject.project.environments.values()
    used = {
        "index": {source.name for environment in environments for source in environment.indexes},
        "channel": {source.name for environment in environments for source in environment.channels},
    }
    for kind, names in used.items():
        for name, block in module.blocks.get(kind, {}).items():
            if name not in names:
                yield Diagnostic(
                    "W0326",
                    f"nothing uses the {kind} `{name}`",
                    Written(module, block).name,
                    "no environment names it",
                    help="name it in `indexes`" if kind == "index" else "name it in `channels`",
                    fixes=(Fix("take it away", (without_statement(module.source, block.span),), safe=False),),
                )


RULE = Rule("unused-source", ("W0326",), _check, fix="unsafe")
