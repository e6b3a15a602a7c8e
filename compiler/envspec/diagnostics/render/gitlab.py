"""A code quality report of GitLab: a JSON list with a fingerprint for each finding."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.diagnostics.render.identity import fingerprints
from envspec.diagnostics.span import Source

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    same = fingerprints(diagnostics, sources)
    issues = [_issue(d, sources, at) for d, at in zip(diagnostics, same, strict=True)]
    return json.dumps(issues, indent=2) + "\n"


def _issue(d: Diagnostic, sources: Mapping[str, Source], fingerprint: str) -> dict[str, Any]:
    file = d.span.file if d.span is not None else "."
    source = sources.get(file)
    line = source.position(d.span.start).line if source is not None and d.span is not None else 1
    return {
        "check_name": d.code,
        "description": f"{d.code}: {d.message}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[d.severity],
        "location": {"path": file, "lines": {"begin": line}},
    }
