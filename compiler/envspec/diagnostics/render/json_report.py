"""Findings as JSON, schema 1: the shape is in section 4 of the design.

`title` is what the code means, `message` what is wrong here; `start` and `end` have a line and a column from 1
in characters and a byte offset from 0; the text beside the carets is `marker`, a tail of output is `log`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.span import Source, Span

SCHEMA = 1


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    """One object; `diagnostics` is empty when nothing was found."""
    report = {"schema": SCHEMA, "diagnostics": [as_json(d, sources) for d in diagnostics]}
    return json.dumps(report, indent=2) + "\n"


def as_json(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, Any]:
    """One finding, also a line of `jsonl`."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "title": diagnostic.title,
        "message": diagnostic.message,
        "span": _span(diagnostic.span, sources),
        "marker": diagnostic.marker,
        "labels": [{"span": _span(label.span, sources), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fixes": [
            {
                "title": fix.title,
                "safe": fix.safe,
                "edits": [{"span": _span(edit.span, sources), "text": edit.text} for edit in fix.edits],
            }
            for fix in diagnostic.fixes
        ],
        "log": diagnostic.log,
        "doc": f"envspec explain {diagnostic.code}",
    }


def _span(span: Span | None, sources: Mapping[str, Source]) -> dict[str, Any] | None:
    if span is None:
        return None
    source = sources.get(span.file)
    if source is None:
        return {"file": span.file}
    return {
        "file": span.file,
        "start": source.position(span.start)._asdict(),
        "end": source.position(span.end)._asdict(),
    }
