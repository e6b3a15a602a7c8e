"""A code quality report of GitLab: a JSON list with a fingerprint for each finding.

The fingerprint is made of code, file and message, not of the line, so that a finding that moves stays the
same one; equal ones are counted apart.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.diagnostics.span import Source

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    seen: Counter[tuple[str, str, str]] = Counter()
    return json.dumps([_issue(d, sources, seen) for d in diagnostics], indent=2) + "\n"


def _issue(
    d: Diagnostic, sources: Mapping[str, Source], seen: Counter[tuple[str, str, str]]
) -> dict[str, Any]:
    file = d.span.file if d.span is not None else "."
    source = sources.get(file)
    line = source.position(d.span.start).line if source is not None and d.span is not None else 1
    same = (d.code, file, d.message)
    seen[same] += 1
    identity = json.dumps([*same, seen[same]]).encode("ascii")
    return {
        "check_name": d.code,
        "description": f"{d.code}: {d.message}",
        "fingerprint": hashlib.sha256(identity).hexdigest(),
        "severity": _SEVERITIES[d.severity],
        "location": {"path": file, "lines": {"begin": line}},
    }
