"""What makes a finding the same one after lines above it came or went: for services that track findings.

Made of code, file, message and the text of its line without blanks at its ends, never of the number of the
line; equal ones are counted apart, in their order.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.span import Source


def fingerprints(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> list[str]:
    """A SHA-256, as hexadecimal digits, for each finding; no two are the same."""
    seen: Counter[tuple[str, str, str, str]] = Counter()
    result = []
    for d in diagnostics:
        same = (d.code, d.span.file if d.span is not None else "", d.message, _line(d, sources))
        seen[same] += 1
        result.append(hashlib.sha256(json.dumps([*same, seen[same]]).encode("ascii")).hexdigest())
    return result


def _line(d: Diagnostic, sources: Mapping[str, Source]) -> str:
    source = sources.get(d.span.file) if d.span is not None else None
    if source is None or d.span is None:
        return ""
    return source.line(source.position(d.span.start).line).strip()
