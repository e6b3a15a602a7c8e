"""What `import` and `init` say of an import: lines of its report, findings with their places, how many of all."""

from __future__ import annotations

from typing import Any

from envspec.cli.show import printable, quiet, say, show_findings
from envspec.diagnostics import Failure, in_order
from envspec.importing.report import Report, as_text, findings_as_json


def show_report(report: Report, *, findings: bool = True) -> None:
    """On stderr. Findings of an import are warnings, and no reason for another exit status."""
    *lines, counts = as_text(report)
    for line in lines:
        say(printable(line))
    if findings and report.findings and not quiet():
        show_findings(in_order(report.findings), report.sources)
    say(counts)


def failed_as_json(failure: Failure) -> dict[str, Any]:
    """Of an import of which no spec came."""
    return {"schema": 1, "spec": "", "diagnostics": findings_as_json(failure.diagnostics, failure.sources)}
