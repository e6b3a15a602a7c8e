"""The entry of this phase: a resolution in, a typed project and all findings out.

Items that the schema finds wrong are left out of the project, so nothing typed is ever wrong. The rules still
look at what is right in them, so that no mistake hides another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from envspec.check.locked_names import LOCK
from envspec.check.schema import check_schema
from envspec.check.suppression import UNUSED, silence
from envspec.check.written import needed
from envspec.diagnostics import Diagnostic, Severity, Span, in_order
from envspec.diagnostics.credentials import without_credentials
from envspec.frozen import Frozen, frozen
from envspec.ir.codec import project_from_json
from envspec.ir.types import OutputOf, Project
from envspec.language.attributes import BLOCKS
from envspec.language.schema import PLURALS
from envspec.resolve.evaluated import escape
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import Resolution

ALONE = frozenset({UNUSED, "W0306", "W0308", "W0311", "W0315", "W0316", "W0320", "W0326"})
"""Findings that hold only as long as nobody else needs the place that they are at."""


@frozen
class Checked(Frozen):
    """`project` holds the healthy items; `diagnostics` are in the order in which they are shown.

    `used` are the places of what this file needed of others: names that it refers to, and comments that
    silenced something. What another file calls unused at one of them is used after all: see `used_after_all`."""

    resolution: Resolution
    project: Project
    diagnostics: tuple[Diagnostic, ...]
    used: frozenset[Span] = frozenset()

    @property
    def usable(self) -> Project | None:
        """The whole project when no error was found; warnings do not count."""
        wrong = any(d.severity is Severity.ERROR for d in self.diagnostics)
        return None if wrong else self.project


def _healthy_part(document: dict[str, Any], paths: list[list[str | int]]) -> dict[str, Any]:
    """The document without the attributes that violate the schema, and without the items that cannot do
    without them."""
    wrong = {tuple(path[:3]) for path in paths}
    part: dict[str, Any] = {"edition": document["edition"]}
    for kind, plural in PLURALS.items():
        block = BLOCKS[kind]
        items: dict[str, Any] = {}
        for key, value in document.get(plural, {}).items():
            item = {name: entry for name, entry in value.items() if (plural, key, name) not in wrong}
            one = not block.exactly_one or any(name in item for name in block.exactly_one)
            if one and all(name in item for name in block.required):
                items[key] = item
        part[plural] = items
    return part


def _outputs_taken(project: Project, resolution: Resolution) -> set[Span]:
    """Where the outputs are declared that runs and models take."""
    origins = [model.origin for model in project.models.values()]
    origins += [origin for run in project.runs.values() for origin in run.inputs.values()]
    places = (
        resolution.origins.keys.get(f"/runs/{escape(origin.run)}/outputs/{escape(origin.output)}")
        for origin in origins
        if isinstance(origin, OutputOf)
    )
    return {place for place in places if place is not None}


def _no_error(found: Iterable[Diagnostic]) -> bool:
    return not any(finding.severity is Severity.ERROR for finding in found)


def check(resolution: Resolution, files: ProjectFiles) -> Checked:
    """Checks a resolved document."""
    found = list(resolution.diagnostics)
    violations, paths = check_schema(resolution.document, resolution.origins, resolution.sources)
    found.extend(violations)
    broken = {"/".join(pointer.split("/")[:3]) for pointer in resolution.origins.damaged}
    broken |= {"".join(f"/{escape(str(token))}" for token in path[:2]) for path in paths}
    project = project_from_json(resolution.document, broken)
    from envspec.check.rules import Subject, rules_about

    looked_at = project_from_json(_healthy_part(resolution.document, paths)) if broken else project
    wrong = frozenset("".join(f"/{escape(str(token))}" for token in path[:3]) for path in paths)
    certain = _no_error(found)
    subject = Subject(looked_at, resolution, files, wrong, certain)
    for rule in rules_about(resolution, locked=files.is_file(LOCK)):  # those that find errors come first
        if certain and not _no_error(found):
            certain = False
            subject = Subject(looked_at, resolution, files, wrong, certain)
        found.extend(rule.check(subject))
    silenced = silence(in_order(found), resolution, certain=certain)
    used = silenced.used | {link.name for link in needed(resolution)} | _outputs_taken(project, resolution)
    if len(resolution.modules) > 1:
        from envspec.check.matrix import used_of_imports

        used |= used_of_imports(project, resolution)
    shown = in_order(without_credentials(finding, resolution.sources) for finding in silenced.found)
    return Checked(resolution, project, tuple(shown), used)


def used_after_all(diagnostics: Iterable[Diagnostic], checked: Iterable[Checked]) -> list[Diagnostic]:
    """Findings of several files without those that call unused, or unfinished, what another one uses."""
    used = frozenset[Span]().union(*(one.used for one in checked))
    return [finding for finding in diagnostics if finding.code not in ALONE or finding.span not in used]
