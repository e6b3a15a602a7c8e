"""One file through the steps. Comes in: its text. Goes out: its text in the edition asked for, or findings."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.diagnostics import Diagnostic, Edit, Fix, Source, Span
from envspec.diagnostics.fixes import apply
from envspec.editions.step import Step
from envspec.formatting.format import format_text
from envspec.syntax.nodes import Attribute, Module, NumberValue
from envspec.syntax.parser import parse

FIRST = 1


def edition_of(module: Module) -> int | None:
    """The edition that a file says, `FIRST` when it says none, None when it is no number."""
    statement = _statement(module)
    if statement is None:
        return FIRST
    value = statement.value
    return value.value if isinstance(value, NumberValue) and isinstance(value.value, int) else None


def migrate(source: Source, to: int, steps: Sequence[Step]) -> tuple[str, list[Diagnostic]]:
    """The text in edition `to`. A file that was formatted is formatted again; one of a later edition stays.

    Findings: syntax errors, or E0207 when the file's edition is unknown or no step leads on from it.
    """
    module, found = parse(source)
    errors = [d for d in found if d.code.startswith("E")]
    edition = edition_of(module)
    if errors or module.damaged:
        return source.text, errors
    if edition is None or not FIRST <= edition <= max(to, *(s.edition + 1 for s in steps), FIRST):
        return source.text, [_unknown(module, to)]
    formatted = format_text(source)[0] == source.text
    by_edition = {step.edition: step for step in steps}
    text = source.text
    while edition < to:
        step = by_edition.get(edition)
        if step is None:
            return source.text, [_unknown(module, edition)]
        edition += 1
        text = _moved(Source.of(source.file, text), step, edition)
    if formatted and text != source.text:
        text = format_text(Source.of(source.file, text))[0]
    return text, []


def _moved(source: Source, step: Step, edition: int) -> str:
    module, _ = parse(source)
    edits = [edit for change in step.changes for edit in change(source, module)]
    edits.append(_say(source, module, edition))
    text = apply([Fix("", tuple(edits))], {source.file: source})[source.file]
    after, errors = parse(Source.of(source.file, text))
    if errors or [c.text for c in after.comments] != [c.text for c in module.comments]:
        raise BrokenStepError(f"edition {step.edition} to {edition}: {source.file}")
    return text


class BrokenStepError(Exception):
    """A step made a file that does not parse, or lost a comment: a bug of ours, and nothing is written."""


def _say(source: Source, module: Module, edition: int) -> Edit:
    """`edition = N` where it is said, or before the first statement."""
    statement = _statement(module)
    if statement is not None:
        return Edit(statement.value.span, str(edition))
    at = min((s.span.start for s in module.statements), default=len(source.text))
    return Edit(Span(source.file, at, at), f"edition = {edition}\n\n")


def _statement(module: Module) -> Attribute | None:
    return next((s for s in module.statements if isinstance(s, Attribute) and s.name.text == "edition"), None)


def _unknown(module: Module, newest: int) -> Diagnostic:
    statement = _statement(module)
    return Diagnostic(
        "E0207",
        "this edition is not known",
        statement.value.span if statement is not None else None,
        help=f"write `edition = {newest}`, or use a newer envspec",
    )
