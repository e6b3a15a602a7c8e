"""Findings as text, one file a format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.span import Source

FORMATS: Mapping[str, str] = {
    "full": "envspec.diagnostics.render.full",
    "concise": "envspec.diagnostics.render.concise",
    "json": "envspec.diagnostics.render.json_report",
}
"""Each module has `render(diagnostics, sources, colour)`."""


def render(
    format: str, diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], *, colour: bool = False
) -> str:
    """The text of findings in one of `FORMATS`; empty when there is nothing to say."""
    text = import_module(FORMATS[format]).render(diagnostics, sources, colour)
    assert isinstance(text, str)
    return text
