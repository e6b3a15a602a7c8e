"""The findings of a file as `envspec check` on its project shows them: those that are wanted, without what another
file of the project makes untrue."""

from __future__ import annotations

from envspec.check.project import ALONE, used_after_all
from envspec.diagnostics import Diagnostic
from envspec.diagnostics.selection import Selection
from envspec.editor.analysis import Analysis, Project


def findings(project: Project, analysis: Analysis, selection: Selection) -> list[Diagnostic]:
    """In the order in which they are shown; of this file alone."""
    found = [
        finding
        for finding in analysis.diagnostics
        if finding.span is not None and finding.span.file == analysis.file and selection.wants(finding)
    ]
    if not any(finding.code in ALONE for finding in found):
        return found
    others = (project.analyse(file) for file in project.importers(analysis.file))
    return used_after_all(found, [other.checked for other in others if other is not None])
