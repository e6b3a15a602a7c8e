"""One line a finding: `file:line:column: error[E0203] message`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.render.escape import visible
from envspec.diagnostics.span import Source


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    """Never has colour: it is for other programs to read."""
    return "".join(f"{_place(d, sources)}{d.severity}[{d.code}] {visible(d.message)}\n" for d in diagnostics)


def _place(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    span = diagnostic.span
    if span is None:
        return ""
    source = sources.get(span.file)
    if source is None:
        return f"{visible(span.file)}: "
    position = source.position(span.start)
    return f"{visible(span.file)}:{position.line}:{position.column}: "
