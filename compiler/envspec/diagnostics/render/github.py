"""Workflow commands of GitHub Actions, which it shows as annotations of the changed lines.

The rules of escaping are those of `@actions/core` (`command.ts`): `%`, CR and LF in the message, `:` and `,`
in properties as well. An annotation over several lines has no columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.diagnostics.render.escape import visible
from envspec.diagnostics.span import Source

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    return "".join(_command(diagnostic, sources) + "\n" for diagnostic in diagnostics)


def _command(d: Diagnostic, sources: Mapping[str, Source]) -> str:
    properties: dict[str, object] = {}
    if d.span is not None:
        properties["file"] = d.span.file
        source = sources.get(d.span.file)
        if source is not None:
            start, end = source.position(d.span.start), source.position(max(d.span.start, d.span.end))
            properties |= {"line": start.line, "endLine": end.line}
            if start.line == end.line:
                properties |= {"col": start.column, "endColumn": end.column}
    properties["title"] = f"envspec {d.code}"
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    lines = [d.message, *([f"help: {d.help}"] if d.help else []), *(f"note: {note}" for note in d.notes)]
    return f"::{_COMMANDS[d.severity]} {written}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    shown = "\n".join(visible(line) for line in text.split("\n"))
    return shown.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
