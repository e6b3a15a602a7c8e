"""Findings as text, one file a format.

Comes in: diagnostics in the order in which they are to be shown, and the sources that their spans point
into. Goes out: text. What always holds: any text at any span gives an answer; a file whose source is not
known is named without a line; formats for other programs are complete documents even when nothing was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

from envspec.diagnostics.credentials import masked_sources
from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.span import Source

FORMATS: Mapping[str, str] = {
    "full": "envspec.diagnostics.render.full",
    "concise": "envspec.diagnostics.render.concise",
    "json": "envspec.diagnostics.render.json_report",
    "jsonl": "envspec.diagnostics.render.jsonl",
    "sarif": "envspec.diagnostics.render.sarif",
    "github": "envspec.diagnostics.render.github",
    "gitlab": "envspec.diagnostics.render.gitlab",
    "junit": "envspec.diagnostics.render.junit",
    "rdjson": "envspec.diagnostics.render.rdjson",
}
"""Each module has `render(diagnostics, sources, colour)`."""


def render(
    format: str, diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], *, colour: bool = False
) -> str:
    """The text of findings in one of `FORMATS`. Only `full` has colour. No format sees a credential."""
    shown = masked_sources(diagnostics, sources)
    text = import_module(FORMATS[format]).render(diagnostics, shown, colour)
    assert isinstance(text, str)
    return text
