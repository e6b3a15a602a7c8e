"""JUnit XML, as test reports of CI systems read it: one failed test case a finding, one passed when none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.render.concise import render as concise
from envspec.diagnostics.render.escape import visible
from envspec.diagnostics.render.full import render as full
from envspec.diagnostics.span import Source


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    count = f'tests="{max(1, len(diagnostics))}" failures="{len(diagnostics)}" errors="0"'
    cases = [_case(d, sources) for d in diagnostics] or ['<testcase name="check" classname="envspec"/>']
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="envspec" {count}>',
            f'  <testsuite name="envspec" {count}>',
            *(f"    {case}" for case in cases),
            "  </testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _case(d: Diagnostic, sources: Mapping[str, Source]) -> str:
    file = d.span.file if d.span is not None else "envspec"
    source = sources.get(file)
    line = (
        f' line="{source.position(d.span.start).line}"' if source is not None and d.span is not None else ""
    )
    name = concise([d], sources, False).strip()
    body = full([d], sources, False).rstrip().rpartition("\n\n")[0]
    return (
        f"<testcase name={_attribute(name)} classname={_attribute(file)} file={_attribute(file)}{line}>"
        f"<failure type={_attribute(d.code)} message={_attribute(d.message)}>{_text(body)}</failure></testcase>"
    )


def _attribute(text: str) -> str:
    return quoteattr(_legal(visible(text)))


def _text(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    """Two characters that are neither control characters nor allowed in XML."""
    return text.replace("\ufffe", "\\u{fffe}").replace("\uffff", "\\u{ffff}")
