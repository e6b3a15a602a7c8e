"""`[tool.uv]` of a `pyproject.toml` or a script: indexes, and where single packages come from.

Source: uv's documentation, "Settings" and "Managing dependencies". An index that is `explicit` serves only what
`sources` names it for, which is what `packages` of an index says; what else decides how uv works has no place in a spec.
"""

from __future__ import annotations

from pathlib import Path

from envspec.frozen import Mutable, field, mutable
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.pyproject import TOOL_UV
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.direct_references import add_direct, is_direct
from envspec.importing.projects.document import Document
from envspec.importing.projects.marker_sets import Universe
from envspec.importing.spec import Block, Text, texts
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name, parse_requirement

_REASONS = reasons(TOOL_UV)
_SOURCE_KEYS = {"git", "url", "path", "rev", "tag", "branch", "subdirectory", "editable", "marker", "index", "workspace",
                "extra", "group", "package"}  # fmt: skip


@mutable
class Sources(Mutable):
    """Where packages come from, by normalised name; `members` are folders of the workspace by name of their project."""

    by_name: dict[str, list[Node]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    pinned: dict[str, list[str]] = field(default_factory=dict)
    prefix: str = ""
    used: set[str] = field(default_factory=set)

    def of(self, name: str) -> list[Node]:
        return self.by_name.get(normalized_name(name), [])


def read_uv(document: Document, packages: Packages, node: Node, prefix: str) -> Sources:
    """Reads the indexes and gives the sources; `dev-dependencies` are left to the caller. `prefix` is what the report
    calls the table."""
    sources = Sources(prefix=f"{prefix}.sources")
    for name, value in document.entries(f"{prefix}.sources", node.get("sources")).items():
        rows = list(value.items) if value.kind == "sequence" else [value]
        taken = False
        for row in rows:
            if row.kind != "mapping":
                document.dropped(f"{prefix}.sources.{name}", row, "a table is expected here")
                continue
            if row.get("index").kind == "scalar":
                if _is_elsewhere(row) or (taken and not row.get("extra").kind and not row.get("group").kind):
                    reason = "an image is for Linux" if _is_elsewhere(row) else "one index has the package"
                    document.dropped(f"{prefix}.sources.{name}", row, reason)
                    continue
                taken = True
                sources.pinned.setdefault(row.get("index").text, []).append(normalized_name(name))
            sources.by_name.setdefault(normalized_name(name), []).append(row)
    _members(document, node.get("workspace"), sources)
    _indexes(document, packages, node, prefix, sources)
    document.rest(prefix, node, keys_read(TOOL_UV), _REASONS, _REASONS[OTHER])
    return sources


def _is_elsewhere(row: Node) -> bool:
    """Whether its marker holds on no Linux."""
    marker = row.get("marker").text
    if not marker:
        return False
    universe = Universe("")
    return not universe.cells(marker) & universe.linux


def _members(document: Document, workspace: Node, sources: Sources) -> None:
    """The projects of a workspace: the folders that match `members`, each with the name in its `pyproject.toml`."""
    root = document.path.parent
    patterns = [one.text for one in workspace.get("members").items if one.kind == "scalar"]
    for pattern in patterns[:100]:
        if pattern.startswith("/") or ".." in pattern.split("/") or not pattern or "**" in pattern:
            continue
        try:
            found = sorted(root.glob(pattern))[:200]
        except (ValueError, OSError, NotImplementedError, IndexError):  # pathlib of `.`
            continue
        for folder in found:
            name = _project_name(folder / "pyproject.toml")
            if name:
                sources.members[normalized_name(name)] = folder.relative_to(root).as_posix()


def _project_name(path: Path) -> str:
    from envspec.packages.toml_text import loads
    from envspec.plain_file import read_plain

    try:
        project = loads(read_plain(path).decode()).get("project")
    except (OSError, ValueError, RecursionError):
        return ""
    name = project.get("name") if isinstance(project, dict) else None
    return name if isinstance(name, str) else ""


def _indexes(document: Document, packages: Packages, node: Node, prefix: str, sources: Sources) -> None:
    for row in document.tables(f"{prefix}.index", node.get("index")):
        name, url = row.get("name").text, document.word(f"{prefix}.index.url", row.get("url"))
        reason = reason_of(TOOL_UV, "index[].any other key")
        document.rest(f"{prefix}.index", row, keys_read(TOOL_UV, "index[]."), {}, reason)
        if not url:
            document.dropped(f"{prefix}.index", row, "it has no address")
            continue
        explicit = row.get("explicit").text == "true"
        pinned = sources.pinned.get(name, [])
        if explicit and not pinned:
            document.dropped(f"{prefix}.index.url", row.get("url"), "it is explicit, and no source names it")
            continue
        only = row.get("default").text == "true"
        known = len(packages.indexes)
        packages.add_index(url, document.entry(url, row.get("url")), only=only, name=name)
        if explicit and len(packages.indexes) > known:
            packages.indexes[-1].add("packages", texts(dict.fromkeys(pinned)))
            document.carried(f"{prefix}.index.explicit", row.get("explicit"), "packages")
    for key, is_default in (("index-url", True), ("extra-index-url", False)):
        value = node.get(key)
        for one in document.words(f"{prefix}.{key}", value) if value.kind == "sequence" else [value]:
            if url := document.word(f"{prefix}.{key}", one):
                packages.add_index(url, document.entry(url, one), only=is_default)


def add_requirement(
    document: Document, packages: Packages, node: Node, sources: Sources, group: str = "", extra: str = ""
) -> None:
    """Adds a requirement (PEP 508) from where the sources say it comes."""
    entry = document.entry(node.text, node)
    found = parse_requirement(node.text) if sources.by_name else None
    if found is None or isinstance(found, PackageProblem) or found.kind != "requirement":
        packages.add_pip(entry)
        return
    rows = [
        row
        for row in sources.of(found.name)
        if row.get("group").text in ("", group) and row.get("extra").text in ("", extra)
    ]
    sources.used.add(found.name)
    if not rows:
        packages.add_pip(entry)
        return
    from packaging.requirements import Requirement

    requirement = Requirement(found.text)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    elsewhere: list[str] = []
    for row in rows:
        own = row.get("marker").text
        marker = " and ".join(
            f"({one})" if " or " in one else one for one in (str(requirement.marker or ""), own) if one
        )
        if own:
            elsewhere.append(own)
        what = f"{sources.prefix}.{found.name}"
        document.rest(what, row, _SOURCE_KEYS, {}, "uv's own")
        if is_direct(row.entries):
            add_direct(document, packages, what, row, found.name, row.entries, extras=extras, marker=marker)
        elif row.get("workspace").text == "true":
            _add_member(document, packages, sources, found.name, row, what, extras)
        elif row.get("index").kind:
            _add_from_index(document, packages, entry, row, what)
            elsewhere.clear()
            break
        else:
            document.dropped(what, row, "it does not say where the package is")
            packages.add_pip(entry)
    if elsewhere and len(elsewhere) == len(rows):  # everywhere else it comes from the index
        _add_elsewhere(document, packages, entry, requirement, elsewhere)
    elif not any(row.get("index").kind for row in rows):
        document.changed(node.text, node, "pip", f"`{sources.prefix}` says where it comes from")


def _add_member(
    document: Document, packages: Packages, sources: Sources, name: str, row: Node, what: str, extras: str
) -> None:
    folder = sources.members.get(name)
    if folder is None:
        document.dropped(what, row, reason_of(TOOL_UV, "sources.*.workspace", "no member has the name"))
        return
    packages.add_pip(document.entry(f"-e ./{folder}{extras}", row, what=document.what(what, row)))


def _add_from_index(document: Document, packages: Packages, entry: Entry, row: Node, what: str) -> None:
    index = row.get("index").text
    block = next((one for one in packages.indexes if _called(one, index)), None)
    packages.add_pip(entry)
    if block is None:
        document.dropped(what, row, f"there is no index `{index}`")
    elif row.get("extra").kind or row.get("group").kind:
        reason = "every environment here has all indexes: keep in its `indexes` the one that it wants"
        document.changed(what, row, f"index {block.label}", reason)
    elif "packages" in block.attributes:
        document.carried(what, row, f"index {block.label}")
    else:
        document.changed(
            what, row, f"index {block.label}",
            reason_of(TOOL_UV, "sources.*.index"),
        )  # fmt: skip


def _called(block: Block, name: str) -> bool:
    from envspec.starting.names import name_of

    return block.label == name_of(name.replace(".", "-"), "index") or block.attributes.get("url") == Text(
        name
    )


def _add_elsewhere(
    document: Document, packages: Packages, entry: Entry, requirement: object, markers: list[str]
) -> None:
    """The requirement where none of the markers holds; PEP 508 has no `not`, so single comparisons are turned round."""
    turned = [_turned(marker) for marker in markers]
    text = str(requirement)
    if not all(turned):
        document.asked.report.changed(
            entry.written,
            entry.file,
            entry.line,
            "pip",
            "where no source has it, it would come from the index",
        )
        return
    head, _, own = text.partition(";")
    marker = " and ".join(filter(None, (f"({own.strip()})" if own.strip() else "", *turned)))
    why = "the markers of its sources decide"
    packages.add_pip(
        Entry(
            f"{head.strip()} ; {marker}", entry.file, entry.line, entry.folder, entry.remarks, entry.text, why
        )
    )


def _turned(marker: str) -> str:
    import re

    match = re.fullmatch(r"\s*([a-z_]+)\s*(==|!=|<=|>=|<|>)\s*(['\"][^'\"]*['\"])\s*", marker)
    if match is None:
        return ""
    other = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}[match[2]]
    return f"{match[1]} {other} {match[3]}"
