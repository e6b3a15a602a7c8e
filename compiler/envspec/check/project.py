"""The entry of this phase: a resolution in, a typed project and all findings out.

When the schema finds anything, there is no project: nothing typed is ever wrong. Rules then wait until the
file is right, so that one mistake is not reported twice.
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
    """`project` is None when anything is wrong; `diagnostics` are in the order in which they are shown."""

    resolution: Resolution
    project: Project | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def usable(self) -> Project | None:
        """The project when no error was found; warnings do not count."""
        wrong = any(d.severity is Severity.ERROR for d in self.diagnostics)
        return None if wrong else self.project


def check(resolution: Resolution, files: ProjectFiles) -> Checked:
    """Checks a resolved document."""
    found = list(resolution.diagnostics)
    violations = list(check_schema(resolution.document, resolution.origins, resolution.sources))
    found.extend(violations)
    project: Project | None = None
    if not violations:
        project = project_from_json(resolution.document)
        from envspec.check.rules import RULES, Subject

        subject = Subject(project, resolution, files)
        for rule in RULES:
            found.extend(rule.check(subject))
    return Checked(resolution, project, tuple(in_order(found)))
