"""Findings that are the result of a command about a loaded project: to stdout, at their lines, in any format."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.actions.loading import Loaded
from envspec.cli.show import relocated, show_findings
from envspec.diagnostics import Diagnostic, Failure, Source, in_order


def show_placed(
    loaded: Loaded,
    findings: Sequence[Diagnostic],
    format: str,
    sources: dict[str, Source] | None = None,
) -> int:
    """Shows findings, of which `sources` has the texts that are no spec, and gives the exit status they mean."""
    placed, texts = loaded.placed(Failure(findings))
    shown, texts = relocated(in_order(placed), {**texts, **(sources or {})}, loaded.root)
    return show_findings(shown, texts, format=format, to_stdout=True)
