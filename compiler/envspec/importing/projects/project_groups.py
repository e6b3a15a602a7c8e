"""Extras (PEP 621) and dependency groups (PEP 735) of a project, those that they include written out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from envspec.importing.entries import Packages
from envspec.importing.fields.pyproject import PROJECT
from envspec.importing.fields.row import reason_of
from envspec.importing.projects.uv_settings import add_requirement
from envspec.importing.yaml_text import Node
from envspec.packages.pip import normalized_name

if TYPE_CHECKING:
    from envspec.importing.projects.pyproject import Project

NOT_INSTALLED = reason_of(PROJECT, "build-system")


def add_extras(project: Project, table: Node) -> None:
    document, what = project.document, "project.optional-dependencies"
    extras = document.entries(what, table.get("optional-dependencies"))
    for name, node in extras.items():
        project.extras[normalized_name(name)] = document.words(f"{what}.{name}", node)
    for name in extras:
        _add_extra(project, project.group(name, "extra"), normalized_name(name), set())


def _add_extra(project: Project, packages: Packages, name: str, seen: set[str]) -> None:
    """The requirements of an extra; `project[other]` in it stands for those of the other. `seen` are extras that are
    there already."""
    first = not seen
    seen.add(name)
    for node in project.extras[name]:
        others = _own_extras(project.name, node.text)
        if others is None:
            add_requirement(project.document, packages, node, project.sources, extra=name)
            continue
        _add_own(project, packages, others, node, seen, told=first)


def _add_own(
    project: Project, packages: Packages, extras: list[str], node: Node, seen: set[str], *, told: bool
) -> None:
    """What `project[extra]` stands for."""
    for extra in extras:
        if extra in project.extras and extra not in seen:
            _add_extra(project, packages, extra, seen)
        elif extra not in project.extras and told:
            project.document.dropped(node.text, node, f"there is no extra `{extra}`")
    if told:
        reason = "what the project's own extras need is written out"
        project.document.changed(node.text, node, "pip", reason)


def _own_extras(name: str, text: str) -> list[str] | None:
    """The extras that are asked for of the project itself, None for any other requirement."""
    match = re.match(r"\s*([A-Za-z0-9._-]+)\s*\[([^\]]*)\]", text)
    if match is None or not name or normalized_name(match[1]) != name:
        return None
    return [normalized_name(one.strip()) for one in match[2].split(",")]


def add_groups(project: Project, table: Node, uv: Node) -> None:
    """Dependency groups (PEP 735); `dev-dependencies` of uv are its group `dev`."""
    document = project.document
    groups = document.entries("dependency-groups", table)
    by_name = {normalized_name(name): node for name, node in groups.items()}
    for name in groups:
        _add_group(project, project.group(name, "group"), normalized_name(name), by_name, {}, set())
    for node in document.words("tool.uv.dev-dependencies", uv.get("dev-dependencies")):
        add_requirement(document, project.group("dev", "group"), node, project.sources, group="dev")


def _add_group(
    project: Project,
    packages: Packages,
    name: str,
    groups: Mapping[str, Node],
    above: dict[str, None],
    seen: set[str],
) -> None:
    """`above` are the groups that include this one, `seen` those that are there already. What is wrong with an include is
    told where its own group is written out."""
    document, node, what = project.document, groups[name], f"dependency-groups.{name}"
    seen.add(name)
    if node.kind != "sequence":
        document.dropped(what, node, "a list is expected here")
        return
    for item in node.items:
        included = item.get("include-group").text if item.kind == "mapping" else ""
        other = normalized_name(included)
        if item.kind == "scalar" and not item.plain:
            _add_group_requirement(project, packages, item, name)
        elif not included:
            document.dropped(f"{what}[]", item, "a requirement or `include-group` is expected here")
        elif other not in groups:
            document.dropped(f"{what}: include-group", item, f"there is no group `{included}`")
        elif other in above or other == name:
            document.dropped(f"{what}: include-group", item, "it includes itself")
        else:
            if other not in seen:
                above[name] = None
                _add_group(project, packages, other, groups, above, seen)
                del above[name]
            document.changed(f"{what}: include-group", item, "pip", f"what `{included}` has is written out")


def _add_group_requirement(project: Project, packages: Packages, item: Node, group: str) -> None:
    extras = _own_extras(project.name, item.text)
    if extras is not None:
        _add_own(project, packages, extras, item, {""}, told=True)
    elif project.name and normalized_name(item.text) == project.name:
        project.document.dropped(item.text, item, NOT_INSTALLED)
    else:
        add_requirement(project.document, packages, item, project.sources, group=group)
