"""JUnit XML, as test reports of CI systems read it: a suite a file, one failed test case a finding, one passed
when nothing was found. What it may hold is what the schema of Jenkins' xUnit plugin (`junit-10.xsd`) allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from envspec.diagnostics.diagnostic import Diagnostic
from envspec.diagnostics.render.concise import render as concise
from envspec.diagnostics.render.escape import visible
from envspec.diagnostics.render.full import render as full
from envspec.diagnostics.span import Source


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    files: dict[str, list[Diagnostic]] = {}
    for d in diagnostics:
        files.setdefault(d.span.file if d.span is not None else "envspec", []).append(d)
    suites = [_suite(file, found, sources) for file, found in files.items()] or [_PASSED]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="envspec" {_count(diagnostics)}>',
            *suites,
            "</testsuites>",
            "",
        ]
    )


def _count(found: Sequence[Diagnostic]) -> str:
    return f'tests="{max(1, len(found))}" failures="{len(found)}" errors="0"'


_PASSED = f"""\
  <testsuite name="envspec" {_count([])}>
    <testcase name="check" classname="envspec"/>
  </testsuite>"""


def _suite(file: str, found: Sequence[Diagnostic], sources: Mapping[str, Source]) -> str:
    named = f"name={_attribute(file)} file={_attribute(file)}"
    cases = "\n".join(f"    {_case(file, d, sources)}" for d in found)
    return f"  <testsuite {named} {_count(found)}>\n{cases}\n  </testsuite>"


def _case(file: str, d: Diagnostic, sources: Mapping[str, Source]) -> str:
    name = concise([d], sources, False).strip()
    body = full([d], sources, False).rstrip().rpartition("\n\n")[0]
    return (
        f"<testcase name={_attribute(name)} classname={_attribute(file)}>"
        f"<failure type={_attribute(d.code)} message={_attribute(d.message)}>{_text(body)}</failure></testcase>"
    )


def _attribute(text: str) -> str:
    return quoteattr(_legal(visible(text)))


def _text(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    """Two characters that are neither control characters nor allowed in XML."""
    return text.replace("\ufffe", "\\u{fffe}").replace("\uffff", "\\u{ffff}")
