"""Findings as JSON lines: one object of the JSON report a line, nothing when nothing was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.render.json_report import SCHEMA, as_json
from envspec.diagnostics.span import Source


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    return "".join(json.dumps({"schema": SCHEMA, **as_json(d, sources)}) + "\n" for d in diagnostics)
