"""The entry of this phase: a resolution in, a typed project and all findings out.

Items that the schema finds wrong are left out of the project, so nothing typed is ever wrong, and the rules
still look at all the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from envspec.check.schema import check_schema
from envspec.diagnostics import Diagnostic, Severity, in_order
from envspec.ir.codec import project_from_json
from envspec.ir.types import Project
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import Resolution


@dataclass(frozen=True, slots=True)
class Checked:
    """`project` holds the healthy items; `diagnostics` are in the order in which they are shown."""

    resolution: Resolution
    project: Project
    diagnostics: tuple[Diagnostic, ...]

    @property
    def usable(self) -> Project | None:
        """The whole project when no error was found; warnings do not count."""
        wrong = any(d.severity is Severity.ERROR for d in self.diagnostics)
        return None if wrong else self.project


def check(resolution: Resolution, files: ProjectFiles) -> Checked:
    """Checks a resolved document."""
    found = list(resolution.diagnostics)
    violations, broken = check_schema(resolution.document, resolution.origins, resolution.sources)
    found.extend(violations)
    project = project_from_json(resolution.document, broken)
    from envspec.check.rules import RULES, Subject

    subject = Subject(project, resolution, files)
    for rule in RULES:
        found.extend(rule.check(subject))
    return Checked(resolution, project, tuple(in_order(found)))
