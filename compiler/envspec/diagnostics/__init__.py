"""What can be wrong, where, and how it is said. Everything else imports this; it imports nothing of ours."""

from __future__ import annotations

from envspec.diagnostics.diagnostic import (
    Diagnostic,
    Edit,
    Failure,
    Fix,
    Label,
    Severity,
    exit_code,
    in_order,
)
from envspec.diagnostics.span import Position, Source, Span

__all__ = [
    "Diagnostic",
    "Edit",
    "Failure",
    "Fix",
    "Label",
    "Position",
    "Severity",
    "Source",
    "Span",
    "exit_code",
    "in_order",
]
