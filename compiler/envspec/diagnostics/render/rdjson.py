"""Reviewdog's diagnostic format (`rdjson`): comments on a pull request, with suggestions.

Its columns count bytes of UTF-8 from 1. A fix becomes a suggestion when it is one safe edit in the file of
the finding, since suggestions are applied one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.diagnostics.span import Source, Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    report = {"source": {"name": "envspec"}, "diagnostics": [_diagnostic(d, sources) for d in diagnostics]}
    return json.dumps(report, indent=2) + "\n"


def _diagnostic(d: Diagnostic, sources: Mapping[str, Source]) -> dict[str, Any]:
    message = d.message + (f"\nhelp: {d.help}" if d.help else "")
    found: dict[str, Any] = {
        "message": message,
        "severity": _SEVERITIES[d.severity],
        "code": {"value": d.code},
        "location": {"path": d.span.file if d.span is not None else "."},
    }
    source = sources.get(d.span.file) if d.span is not None else None
    if d.span is None or source is None:
        return found
    found["location"]["range"] = _range(source, d.span)
    suggestions = [
        {"range": _range(source, fix.edits[0].span), "text": fix.edits[0].text}
        for fix in d.fixes
        if fix.safe and len(fix.edits) == 1 and fix.edits[0].span.file == d.span.file
    ]
    if suggestions:
        found["suggestions"] = suggestions
    return found


def _range(source: Source, span: Span) -> dict[str, Any]:
    return {"start": _position(source, span.start), "end": _position(source, max(span.start, span.end))}


def _position(source: Source, offset: int) -> dict[str, int]:
    position = source.position(offset)
    before = source.text[source.line_starts[position.line - 1] :][: position.column - 1]
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
