"""`[tool.poetry]` of a `pyproject.toml`: dependencies with Poetry's constraints, groups, extras, sources.

Source: Poetry's documentation, "The pyproject.toml file" and "Dependency specification". Optional packages come with
the extras that name them; a source of priority `explicit` serves only the packages that name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from envspec.importing.default_index import NAME
from envspec.importing.entries import Packages
from envspec.importing.fields.pyproject import TOOL_POETRY, TOOL_UV
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.direct_references import KEYS, add_direct, is_direct
from envspec.importing.projects.document import Document
from envspec.importing.projects.poetry_versions import NoConstraintError, pep440, python_marker
from envspec.importing.spec import Text, texts
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

if TYPE_CHECKING:
    from envspec.importing.projects.pyproject import Project

_REASONS = reasons(TOOL_POETRY)
_DEPENDENCY_KEYS = KEYS | {"version", "extras", "optional", "python", "markers", "platform", "source"}
_DEPENDENCY = reasons(TOOL_POETRY, "dependencies.*.")
_WHY_BOUNDS = reason_of(TOOL_POETRY, "dependencies.*", "it is a constraint of Poetry's")


def read_poetry_sources(project: Project, poetry: Node) -> None:
    """`[[tool.poetry.source]]`, before the packages that come from there."""
    document = project.document
    pinned = _pinned(poetry)
    for row in document.tables("tool.poetry.source", poetry.get("source")):
        name, url = row.get("name").text, row.get("url").text
        priority = row.get("priority").text.lower()
        if not url:
            default = name.lower() == NAME
            reason = "the default index is there unasked" if default else "it has no address"
            document.dropped("tool.poetry.source", row, reason)
            continue
        explicit = priority == "explicit"
        if explicit and not pinned.get(name):
            document.dropped(
                "tool.poetry.source.url", row.get("url"), "it is explicit, and no package names it"
            )
            continue
        only = priority in ("primary", "default") or row.get("default").text == "true"
        known = len(project.packages.indexes)
        project.packages.add_index(url, document.entry(url, row.get("url")), only=only, name=name)
        if explicit and len(project.packages.indexes) > known:
            project.packages.indexes[-1].add("packages", texts(dict.fromkeys(pinned[name])))
        document.rest(
            "tool.poetry.source", row, keys_read(TOOL_POETRY, "source[]."), {},
            reason_of(TOOL_POETRY, "source[].any other key"),
        )  # fmt: skip


def _pinned(poetry: Node) -> dict[str, list[str]]:
    """By the name of a source, the packages that name it."""
    found: dict[str, list[str]] = {}
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [group.get("dependencies") for group in poetry.get("group").entries.values()]
    for table in tables:
        for name, node in table.entries.items():
            for row in node.items if node.kind == "sequence" else (node,):
                source = row.get("source").text
                if source:
                    found.setdefault(source, []).append(normalized_name(name))
    return found


def read_poetry(project: Project, poetry: Node) -> None:
    document = project.document
    if not project.name:
        project.named("tool.poetry.name", poetry.get("name"))
    elif poetry.get("name").kind:
        document.carried("tool.poetry.name", poetry.get("name"), "environment")
    if "description" not in project.environment.attributes:
        project.described("tool.poetry.description", poetry.get("description"))
    elif poetry.get("description").kind:
        document.dropped(
            "tool.poetry.description", poetry.get("description"), "`project.description` is taken"
        )
    listed = {key.partition(";")[0] for key in project.packages.pip}
    optional = _extras_of(project, poetry)
    dependencies = document.entries("tool.poetry.dependencies", poetry.get("dependencies"))
    later: list[tuple[str, Node]] = []
    for name, node in dependencies.items():
        what = f"tool.poetry.dependencies.{name}"
        if normalized_name(name) == "python":
            _python(project, what, node)
        elif _is_optional(node):
            later.append((name, node))
        else:
            _add_main(project, what, name, node, listed)
    for name, node in later:
        extras = optional.get(normalized_name(name), [])
        what = f"tool.poetry.dependencies.{name}"
        if not extras:
            document.dropped(what, node, reason_of(TOOL_POETRY, "dependencies.*", "no extra asks for it"))
        for extra in extras:
            add_poetry(document, project.group(extra, "extra"), what, name, node)
    _groups(project, poetry)
    document.rest("tool.poetry", poetry, keys_read(TOOL_POETRY), _REASONS, _REASONS[OTHER])


def _is_optional(node: Node) -> bool:
    return any(
        row.get("optional").text == "true" for row in (node.items if node.kind == "sequence" else (node,))
    )


def _add_main(project: Project, what: str, name: str, node: Node, listed: set[str]) -> None:
    """A dependency; with `[project]` beside, Poetry 2 takes only the place of the package from here."""
    known = normalized_name(name) in listed
    rows = node.items if node.kind == "sequence" else (node,)
    placed = any(is_direct(row.entries) or "version" in row.entries or row.kind == "scalar" for row in rows)
    if known and not placed:
        for row in rows:
            if row.get("source").kind:
                _source(project.document, project.packages, f"{what}.source", row.get("source"))
            project.document.rest(what, row, ("source",), {}, "`project.dependencies` has the package")
        return
    if known and any(is_direct(row.entries) for row in rows):
        from envspec.importing.projects.extending import forget

        forget(project.packages, name)
    add_poetry(project.document, project.packages, what, name, node)


def _extras_of(project: Project, poetry: Node) -> dict[str, list[str]]:
    """By the name of a package, the extras that ask for it."""
    found: dict[str, list[str]] = {}
    document = project.document
    for extra, node in document.entries("tool.poetry.extras", poetry.get("extras")).items():
        for one in document.words(f"tool.poetry.extras.{extra}", node):
            name = normalized_name(one.text)
            found.setdefault(name, []).append(extra)
        document.carried(f"tool.poetry.extras.{extra}", node, f"environment {extra}")
    return found


def _groups(project: Project, poetry: Node) -> None:
    document = project.document
    for name, node in document.entries(
        "tool.poetry.dev-dependencies", poetry.get("dev-dependencies")
    ).items():
        add_poetry(
            document, project.group("dev", "group"), f"tool.poetry.dev-dependencies.{name}", name, node
        )
    groups = document.entries("tool.poetry.group", poetry.get("group"))
    for group, table in groups.items():
        what = f"tool.poetry.group.{group}"
        packages = project.group(group, "group")
        for name, node in document.entries(
            f"{what}.dependencies", document.entries(what, table).get("dependencies", Node())
        ).items():
            add_poetry(document, packages, f"{what}.dependencies.{name}", name, node)
        optional = table.get("optional")
        if optional.kind:
            document.carried(f"{what}.optional", optional, "environment")
        _included(project, what, group, table, groups)
        document.rest(
            what,
            table,
            keys_read(TOOL_POETRY, "group.*."),
            {},
            reason_of(TOOL_POETRY, "group.*.any other key"),
        )


def _included(project: Project, what: str, group: str, table: Node, groups: Mapping[str, Node]) -> None:
    """`include-groups`: what the other groups have, theirs included."""
    document = project.document
    waiting = document.words(f"{what}.include-groups", table.get("include-groups"))
    seen = {group}
    while waiting:
        one = waiting.pop(0)
        if one.text in seen:
            continue
        seen.add(one.text)
        other = groups.get(one.text)
        if other is None or other.kind != "mapping":
            document.dropped(f"{what}.include-groups", one, f"there is no group `{one.text}`")
            continue
        for name, node in other.get("dependencies").entries.items():
            add_poetry(
                document, project.group(group, "group"), f"tool.poetry.group.{one.text}.dependencies.{name}", name, node
            )  # fmt: skip
        document.changed(f"{what}.include-groups", one, "pip", f"what `{one.text}` has is written out")
        waiting += [row for row in other.get("include-groups").items if row.kind == "scalar"]


def _python(project: Project, what: str, node: Node) -> None:
    """`python = "^3.9"`. A bare version stands for its patches too, as people write it."""
    document = project.document
    text = document.word(what, node.get("version") if node.kind == "mapping" else node)
    if not text:
        return
    if "python" in project.environment.attributes:
        document.dropped(what, node, "`requires-python` is taken")
        return
    try:
        bounds = pep440(text)
    except NoConstraintError as error:
        document.dropped(what, node, str(error))
        return
    if not bounds.clauses:
        document.carried(what, node, "any Python")
        return
    problem = parse_python(bounds.clauses)
    if isinstance(problem, PackageProblem):
        document.dropped(what, node, problem.message)
        return
    project.environment.add("python", Text(bounds.clauses))
    if bounds.clauses.replace(" ", "") == text.replace(" ", ""):
        document.carried(what, node, "python")
    else:
        lost = f", which has {bounds.lost} too" if bounds.lost else ""
        document.changed(what, node, f"python {bounds.clauses}", f"{_WHY_BOUNDS}{lost}")


def add_poetry(document: Document, packages: Packages, what: str, name: str, node: Node) -> None:
    """Adds a dependency: a constraint, a table, or a list of tables of which the markers choose."""
    if node.kind == "sequence":
        for row in node.items:
            add_poetry(document, packages, what, name, row)
        return
    if node.kind == "scalar":
        table: Mapping[str, Node] = {"version": node}
    elif node.kind == "mapping":
        table = node.entries
    else:
        document.dropped(what, node, "a constraint or a table is expected here")
        return
    lost: list[str] = []
    try:
        marker = _marker(document, what, table)
        version = document.word(
            f"{what}.version" if node.kind == "mapping" else what, table.get("version", Node())
        )
        bounds = pep440(version) if version else None
    except NoConstraintError as error:
        document.dropped(what, node, str(error))
        return
    if bounds is None and not is_direct(table):
        document.dropped(what, node, "it has no version and no place")
        return
    extras_words = document.words(f"{what}.extras", table.get("extras", Node()))
    extras = f"[{','.join(one.text for one in extras_words)}]" if extras_words else ""
    if node.kind == "mapping":
        document.rest(
            what, node, _DEPENDENCY_KEYS, _DEPENDENCY, _DEPENDENCY[OTHER],
        )  # fmt: skip
    if is_direct(table):
        add_direct(
            document, packages, what, node, name, table, extras=extras, marker=marker, key=name, why="; ".join(lost)
        )  # fmt: skip
        return
    assert bounds is not None
    if bounds.lost:
        lost.append(f"PEP 440 has no `||`: this has {bounds.lost} too")
    if not lost and bounds.clauses.replace(" ", "") != version.replace(" ", "") and version.strip() != "*":
        lost.append(_WHY_BOUNDS)
    if "source" in table:
        _source(document, packages, f"{what}.source", table["source"])
    text = f"{name}{extras}{bounds.clauses}" + (f" ; {marker}" if marker else "")
    shown = document.what(what.rpartition(".")[2], node)
    packages.add_pip(document.entry(text, node, name, what=shown, why="; ".join(lost)))


def _source(document: Document, packages: Packages, what: str, node: Node) -> None:
    """`source = "NAME"`: the package comes from that index."""
    name = document.word(what, node)
    if not name:
        return
    label = name_of(name.replace(".", "-"), "index")
    index = next((block for block in packages.indexes if block.label == label), None)
    if index is not None and "packages" in index.attributes:
        document.carried(what, node, f"index {label}")
    elif index is not None:
        document.changed(
            what, node, f"index {label}",
            reason_of(TOOL_UV, "sources.*.index"),
        )  # fmt: skip
    elif name.lower() == NAME:
        document.carried(what, node, "the default index")
    else:
        document.dropped(what, node, f"there is no source `{name}`")


def _marker(document: Document, what: str, table: Mapping[str, Node]) -> str:
    """The marker of `markers`, `python` and `platform` together."""
    parts = []
    if text := document.word(f"{what}.markers", table.get("markers", Node())):
        parts.append(text)
    if text := document.word(f"{what}.python", table.get("python", Node())):
        parts.append(python_marker(text))
    if text := document.word(f"{what}.platform", table.get("platform", Node())):
        parts.append(f'sys_platform == "{text}"' if '"' not in text else "")
    parts = [part for part in parts if part]
    if len(parts) == 1:
        return parts[0]
    return " and ".join(f"({part})" if " or " in part else part for part in parts)
