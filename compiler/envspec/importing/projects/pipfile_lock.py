"""`Pipfile.lock`: the versions that Pipenv chose, as exact requirements.

What is asked for directly is known from the `Pipfile` beside it.
"""

from __future__ import annotations

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.pipfile import PIPFILE_LOCK
from envspec.importing.fields.poetry import POETRY_LOCK
from envspec.importing.fields.row import keys_read, reason_of
from envspec.importing.json_text import json_nodes
from envspec.importing.projects.direct_references import git_address
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.extending import based_on
from envspec.importing.projects.marker_sets import Universe
from envspec.importing.projects.pinned import Pin, Pins, tell_hashes
from envspec.importing.projects.pipfile import add_category, marker_of, read_requires, read_sources
from envspec.importing.spec import Block, Spec, Text
from envspec.importing.yaml_text import Node
from envspec.packages.pip import normalized_name


def read_lock(asked: Asked) -> Spec:
    """An environment, and one for each category."""
    text = read_text(asked.path)
    document = Document(asked, asked.path, text, json_nodes(asked, asked.path, text, lock=True))
    root = document.root
    meta = root.get("_meta")
    if root.kind != "mapping" or not (meta.kind == "mapping" or root.get("default").kind == "mapping"):
        raise unreadable(asked, asked.path, "it has neither `_meta` nor `default`, as `Pipfile.lock` has")
    spec, environment, base = Spec(), Block("environment", asked.name), Packages(asked)
    read_requires(document, environment, "_meta.requires", meta.get("requires"))
    rows = _rows(document)
    pinned: dict[str, list[str]] = {}
    for _, name, node in rows:
        if node.get("index").kind == "scalar":
            pinned.setdefault(node.get("index").text, []).append(normalized_name(name))
    read_sources(document, base, "_meta.sources", meta.get("sources"), pinned)
    document.rest(
        "_meta", meta, keys_read(PIPFILE_LOCK, "_meta."), {}, reason_of(PIPFILE_LOCK, "_meta.any other key")
    )
    python = environment.attributes.get("python")
    markers = [marker_of(document, f"{category}.{name}", node.entries) for category, name, node in rows]
    universe = Universe(python.value if isinstance(python, Text) else "", markers)
    writer = Pins(asked, asked.path, universe, [_pin(name, node) for _, name, node in rows])
    direct = _direct(asked)
    needed = {
        category: {
            number: universe.cells(markers[number]) for number, row in enumerate(rows) if row[0] == category
        }
        for category in dict.fromkeys(row[0] for row in rows)
    }

    def first(category: str) -> list[int]:
        return [n for n, row in enumerate(rows) if row[0] == category and normalized_name(row[1]) in direct]

    writer.add(base, needed.get("default", {}), first("default"))
    spec.blocks.append(environment)
    base.fill(environment, spec)
    for category, cells in needed.items():
        if category != "default":
            more = based_on(asked, base)
            writer.add(more, cells, first(category))
            add_category(spec, environment.label, category, base, more)
    everything = {number: one for cells in needed.values() for number, one in cells.items()}
    writer.tell_rest(everything, reason_of(POETRY_LOCK, "a package that nothing needs"))
    tell_hashes(asked, asked.path, text.count('"sha256:') + text.count('"md5:'))
    return spec if rows or "python" in environment.attributes else Spec()


def _rows(document: Document) -> list[tuple[str, str, Node]]:
    """Category, name and table of every package."""
    found = []
    for category, table in document.root.entries.items():
        if category == "_meta":
            continue
        for name, node in document.entries(category, table).items():
            if node.kind == "mapping":
                found.append((category, name, node))
            else:
                document.dropped(f"{category}.{name}", node, "a table is expected here")
    return found


def _direct(asked: Asked) -> set[str]:
    """Names in the `Pipfile` beside the lock, whose own report is another import."""
    path = asked.path.parent / "Pipfile"
    if not path.is_file():
        return set()
    try:
        root = toml_document(asked, path).root
    except Failure as failure:
        asked.report.dropped("Pipfile", asked.shown(path), 0, failure.diagnostics[0].message)
        return set()
    return {
        normalized_name(name)
        for key, table in root.entries.items()
        if key not in ("source", "requires", "scripts", "pipenv")
        for name in table.entries
    }


def _pin(name: str, node: Node) -> Pin:
    version, line = node.get("version").text, node.line
    what = f"{name} {version.removeprefix('==')}".strip()
    words = [one.text for one in node.get("extras").items if one.kind == "scalar"]
    extras = f"[{','.join(words)}]" if words else ""
    subdirectory = node.get("subdirectory").text
    tail = f"#subdirectory={subdirectory}" if subdirectory else ""
    if node.get("git").text:
        return Pin(
            name,
            f"{name}{extras} @ {git_address(node.get('git').text)}@{node.get('ref').text}{tail}",
            line,
            what,
        )
    written = node.get("path").text or node.get("file").text
    if "://" in written:
        return Pin(name, f"{name}{extras} @ {written}{tail}", line, what)
    if written:
        place = written if written.startswith((".", "/")) else f"./{written}"
        return Pin(
            name,
            f"-e {place}{extras}" if node.get("editable").text == "true" else f"{place}{extras}",
            line,
            what,
        )
    if not version or version == "*":
        return Pin(name, f"{name}{extras}", line, what, "the lock has no version of it")
    return Pin(name, f"{name}{extras}{version if version[:1] in '<>=!~' else f'=={version}'}", line, what)
