"""SARIF 2.1.0, as code scanning services read it: the codes as rules, the findings as results with fixes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from envspec.diagnostics.codes import CODES
from envspec.diagnostics.diagnostic import Diagnostic, Fix, Severity
from envspec.diagnostics.span import Source, Span

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    driver = {"name": "envspec", "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, sources, codes) for d in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    row = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": row.title},
        "help": {"text": row.explanation, "markdown": row.explanation},
        "defaultConfiguration": {"level": _LEVELS[Severity(row.severity)]},
    }


def _result(d: Diagnostic, sources: Mapping[str, Source], codes: Sequence[str]) -> dict[str, Any]:
    lines = [d.message, *([f"help: {d.help}"] if d.help else []), *(f"note: {note}" for note in d.notes)]
    result: dict[str, Any] = {
        "ruleId": d.code,
        "ruleIndex": codes.index(d.code),
        "level": _LEVELS[d.severity],
        "message": {"text": "\n".join(lines)},
        "locations": [_location(d.span, sources)] if d.span is not None else [],
    }
    if d.labels:
        result["relatedLocations"] = [
            {"id": number, **_location(label.span, sources), "message": {"text": label.text}}
            for number, label in enumerate(d.labels, 1)
        ]
    fixes = [_fix(fix, sources) for fix in d.fixes if all(e.span.file in sources for e in fix.edits)]
    if fixes:
        result["fixes"] = fixes
    return result


def _location(span: Span, sources: Mapping[str, Source]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(span.file)}
    source = sources.get(span.file)
    if source is not None:
        physical["region"] = _region(span, source)
    return {"physicalLocation": physical}


def _fix(fix: Fix, sources: Mapping[str, Source]) -> dict[str, Any]:
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": [
                    {
                        "deletedRegion": _region(edit.span, sources[file]),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in fix.edits
                    if edit.span.file == file
                ],
            }
            for file in files
        ],
    }


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file, errors="surrogatepass")}


def _region(span: Span, source: Source) -> dict[str, int]:
    start, end = source.position(span.start), source.position(max(span.start, span.end))
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": max(0, min(span.start, len(source.text))),
        "charLength": max(0, min(span.end, len(source.text)) - max(0, span.start)),
    }
