"""Findings as JSON values and back, exactly: for results that are kept, and for those of other processes.

Not the JSON that `check` prints, which is for people's tools and has lines and columns: see `render/json_report`.
"""

from __future__ import annotations

from typing import Any

from envspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from envspec.diagnostics.span import Span


def to_json(finding: Diagnostic) -> list[Any]:
    """The fields in their order; spans as lists."""
    return [
        finding.code,
        finding.message,
        finding.span,
        finding.marker,
        [[label.span, label.text] for label in finding.labels],
        list(finding.notes),
        finding.help,
        [[fix.title, [[edit.span, edit.text] for edit in fix.edits], fix.safe] for fix in finding.fixes],
        finding.context,
        finding.log,
        finding.pointer,
    ]


def from_json(value: list[Any]) -> Diagnostic:
    """The finding. Raises `ValueError` or `TypeError` when the value is none."""
    code, message, span, marker, labels, notes, help_, fixes, context, log, pointer = value
    return Diagnostic(
        code,
        message,
        _span(span),
        marker,
        tuple(Label(Span(*place), text) for place, text in labels),
        tuple(notes),
        help_,
        tuple(
            Fix(title, tuple(Edit(Span(*place), text) for place, text in edits), safe)
            for title, edits, safe in fixes
        ),
        _span(context),
        log,
        pointer,
    )


def _span(value: list[Any] | None) -> Span | None:
    return None if value is None else Span(*value)
