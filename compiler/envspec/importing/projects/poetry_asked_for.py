"""What a project asks of Poetry: by group, and by extra. `poetry.lock` is read with it."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.importing.projects.document import Document
from envspec.importing.projects.poetry_versions import NoConstraintError, python_marker
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name, parse_requirement


@frozen
class Wanted(Frozen):
    """A package by normalised name, with Poetry's constraint of its version."""

    name: str
    version: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    optional: bool = False


@mutable
class AskedFor(Mutable):
    """`groups` has `main`; `optional` are the packages of extras; `extras` are names of packages by extra."""

    name: str = ""
    groups: dict[str, list[Wanted]] = field(default_factory=dict)
    optional: list[Wanted] = field(default_factory=list)
    extras: dict[str, set[str]] = field(default_factory=dict)


def wanted(name: str, node: Node) -> Iterator[Wanted]:
    """A dependency of Poetry: a constraint, a table, or a list of tables."""
    if node.kind == "sequence":
        for row in node.items:
            yield from wanted(name, row)
        return
    if node.kind == "scalar":
        yield Wanted(normalized_name(name), node.text)
        return
    parts = [node.get("markers").text]
    try:
        parts.append(python_marker(node.get("python").text) if node.get("python").text else "")
    except NoConstraintError:
        parts.append("")
    if node.get("platform").text:
        parts.append(f'sys_platform == "{node.get("platform").text}"')
    marker = " and ".join(f"({part})" for part in parts if part)
    extras = tuple(one.text for one in node.get("extras").items if one.kind == "scalar")
    optional = node.get("optional").text == "true"
    yield Wanted(normalized_name(name), node.get("version").text, marker, extras, optional)


def asked_for(document: Document) -> AskedFor:
    """Of a `pyproject.toml`, whose own report is that of the kind `pyproject`: nothing is told here."""
    found = AskedFor()
    project, poetry = document.root.get("project"), document.root.get("tool").get("poetry")
    found.name = project.get("name").text or poetry.get("name").text
    main = [one for node in project.get("dependencies").items for one in _requirement(node)]
    named = {one.name for one in main}
    for name, node in poetry.get("dependencies").entries.items():
        for one in wanted(name, node):
            if one.name != "python" and one.name not in named:
                (found.optional if one.optional else main).append(one)
    found.groups["main"] = main
    for name, node in project.get("optional-dependencies").entries.items():
        rows = [one for item in node.items for one in _requirement(item)]
        found.optional += rows
        found.extras.setdefault(name, set()).update(one.name for one in rows)
    for name, node in poetry.get("extras").entries.items():
        found.extras.setdefault(name, set()).update(normalized_name(one.text) for one in node.items)
    dev = [one for name, node in poetry.get("dev-dependencies").entries.items() for one in wanted(name, node)]
    if dev:
        found.groups["dev"] = dev
    for group, table in poetry.get("group").entries.items():
        rows = [one for name, node in table.get("dependencies").entries.items() for one in wanted(name, node)]
        found.groups.setdefault(group, []).extend(rows)
    for group, node in document.root.get("dependency-groups").entries.items():
        rows = [one for item in node.items for one in _requirement(item)]
        found.groups.setdefault(group, []).extend(rows)
    return found


def _requirement(node: Node) -> Iterator[Wanted]:
    """A requirement of PEP 508."""
    from packaging.requirements import Requirement

    package = parse_requirement(node.text) if node.kind == "scalar" else None
    if package is None or isinstance(package, PackageProblem) or package.kind != "requirement":
        return
    one = Requirement(package.text)
    yield Wanted(
        normalized_name(one.name), str(one.specifier), str(one.marker or ""), tuple(sorted(one.extras))
    )
