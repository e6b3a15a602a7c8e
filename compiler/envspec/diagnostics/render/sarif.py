"""SARIF 2.1.0, as code scanning services read it: the codes as rules, the findings as results with fixes.

Columns count UTF-16 code units, which is what viewers take them for whether or not they read `columnKind`.
The fingerprint of a finding stays when it moves to another line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from envspec import __version__
from envspec.diagnostics.codes import codes
from envspec.diagnostics.diagnostic import Diagnostic, Fix, Severity
from envspec.diagnostics.render.identity import fingerprints
from envspec.diagnostics.span import Source, Span

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    driver = {"name": "envspec", "version": __version__, "rules": [_rule(code) for code in codes]}
    same = fingerprints(diagnostics, sources)
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(d, sources, codes, at) for d, at in zip(diagnostics, same, strict=True)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    row = codes()[code]
    return {
        "id": code,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.explanation.partition("\n\n")[0].replace("\n", " ")},
        "help": {"text": row.explanation, "markdown": row.explanation},
        "defaultConfiguration": {"level": _LEVELS[Severity(row.severity)]},
    }


def _result(
    d: Diagnostic, sources: Mapping[str, Source], codes: Sequence[str], fingerprint: str
) -> dict[str, Any]:
    lines = [d.message, *([f"help: {d.help}"] if d.help else []), *(f"note: {note}" for note in d.notes)]
    result: dict[str, Any] = {
        "ruleId": d.code,
        "ruleIndex": codes.index(d.code),
        "level": _LEVELS[d.severity],
        "message": {"text": "\n".join(lines)},
        "locations": [_location(d.span, sources)] if d.span is not None else [],
        "partialFingerprints": {"envspecFinding/v1": fingerprint},
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
    start_line, start_column = _position(source, span.start)
    end_line, end_column = _position(source, max(span.start, span.end))
    return {
        "startLine": start_line,
        "startColumn": start_column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _position(source: Source, offset: int) -> tuple[int, int]:
    """Line, and column in UTF-16 code units, both from 1."""
    position = source.position(offset)
    start = source.line_starts[position.line - 1]
    before = source.text[start : start + position.column - 1]
    return position.line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1
