"""W0320: an output that nothing takes, and of which the program is not told, of a run whose other outputs are taken.

The outputs of a run that nobody follows are results for people, and so is one whose place the command names: none of
our business.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic
from envspec.ir.types import OutputOf, OutputRef, Run, Template
from envspec.resolve.evaluated import escape


def _check(subject: Subject) -> Iterator[Diagnostic]:
    project = subject.project
    if not subject.whole:
        return
    origins = [*(model.origin for model in project.models.values())]
    for run in project.runs.values():
        origins += run.inputs.values()
    taken = {(origin.run, origin.output) for origin in origins if isinstance(origin, OutputOf)}
    by_block: dict[str, set[str]] = {}
    for key, output in taken:
        if key in project.runs:
            by_block.setdefault(project.runs[key].name, set()).add(output)
    blocks = subject.module.blocks.get("run", {})
    for key, run in project.runs.items():
        used = by_block.get(run.name, set())
        for name in run.outputs if used and run.name in blocks else ():
            if name not in used and not _told(run, name):
                yield Diagnostic(
                    "W0320",
                    f"nothing takes the output `{name}` of `{run.name}`",
                    subject.resolution.origins.keys.get(f"/runs/{escape(key)}/outputs/{escape(name)}"),
                    "neither a run nor a model, and its program is not told of it",
                    help=f"take it as an input (`run.{run.name}.outputs.{name}`) or a model, or leave it for people",
                )


def _told(run: Run, name: str) -> bool:
    """Whether the program hears of the output, by reference, by variable or by path."""
    texts: list[object] = [run.shell]
    for text in (*run.command, *run.variables.values()):
        texts += text.parts if isinstance(text, Template) else [text]
    if OutputRef(name) in texts:
        return True
    words = (run.outputs[name], f"ENVSPEC_OUTPUT_{name.upper().replace('-', '_')}")
    return any(isinstance(text, str) and word in text for text in texts for word in words)


RULE = Rule("unused-output", ("W0320",), _check)
