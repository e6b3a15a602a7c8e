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
from envspec.importing.projects.pinned import Pin, Pins
from envspec.importing.projects.pipfile import (
    NO_CATEGORY,
    add_category,
    marker_of,
    read_requires,
    read_sources,
)
from envspec.importing.spec import Block, Spec, Text
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.pip import normalized_name

_GROUP = lazy_pattern(
    r"(?P<before>\s+and\s+)?\(?\s*'[^'()]*' in dependency_groups\s*\)?(?(before)|(?:\s+and\s+|\s*\Z))"
)


def read_lock(asked: Asked) -> Spec:
    """An environment, and one for each category."""
    spec, environment, base = Spec(), Block("environment", asked.name), Packages(asked)
    lock = _Lock(asked, environment, base)
    lock.add(base, ("default",))
    spec.blocks.append(environment)
    base.fill(environment, spec)
    for category in lock.needed:
        if category != "default":
            more = based_on(asked, base)
            lock.add(more, (category,))
            add_category(spec, environment.label, category, base, more)
    lock.tell_rest()
    return spec if lock.rows or "python" in environment.attributes else Spec()


def add_lock(asked: Asked, environment: Block, packages: Packages) -> None:
    """What `pipenv install --dev` takes of a lock, in one environment."""
    lock = _Lock(asked, environment, packages)
    lock.add(packages, ("default", "develop"))
    for category in lock.needed:
        if category not in ("default", "develop"):
            lock.document.dropped(category, lock.document.root.get(category), NO_CATEGORY)
    lock.tell_rest()


class _Lock:
    """The packages of each category, and what Python and sources say beside them."""

    def __init__(self, asked: Asked, environment: Block, packages: Packages) -> None:
        text = read_text(asked.path)
        self.document = document = Document(
            asked, asked.path, text, json_nodes(asked, asked.path, text, lock=True)
        )
        root = document.root
        meta = root.get("_meta")
        if root.kind != "mapping" or not (meta.kind == "mapping" or root.get("default").kind == "mapping"):
            raise unreadable(asked, asked.path, "it has neither `_meta` nor `default`, as `Pipfile.lock` has")
        read_requires(document, environment, "_meta.requires", meta.get("requires"))
        self.rows = _rows(document)
        pinned: dict[str, list[str]] = {}
        for _, name, node in self.rows:
            if node.get("index").kind == "scalar":
                pinned.setdefault(node.get("index").text, []).append(normalized_name(name))
        read_sources(document, packages, "_meta.sources", meta.get("sources"), pinned)
        reason = reason_of(PIPFILE_LOCK, "_meta.any other key")
        document.rest("_meta", meta, keys_read(PIPFILE_LOCK, "_meta."), {}, reason)
        python = environment.attributes.get("python")
        markers = [_marker(document, f"{category}.{name}", node) for category, name, node in self.rows]
        universe = Universe(python.value if isinstance(python, Text) else "", markers)
        self._writer = Pins(asked, asked.path, universe, [_pin(name, node) for _, name, node in self.rows])
        self._direct = _direct(asked)
        self.needed = {
            category: {
                number: universe.cells(markers[number])
                for number, row in enumerate(self.rows)
                if row[0] == category
            }
            for category in dict.fromkeys(row[0] for row in self.rows)
        }
        self._hashes = text.count('"sha256:') + text.count('"md5:')

    def add(self, packages: Packages, categories: tuple[str, ...]) -> None:
        first = [
            number
            for number, (category, name, _) in enumerate(self.rows)
            if category in categories and normalized_name(name) in self._direct
        ]
        needed = {number: one for name in categories for number, one in self.needed.get(name, {}).items()}
        self._writer.add(packages, needed, first)

    def tell_rest(self) -> None:
        everything = {number: one for cells in self.needed.values() for number, one in cells.items()}
        self._writer.tell_rest(everything, reason_of(POETRY_LOCK, "a package that nothing needs"))
        self.document.asked.report.hashes(self._hashes, self.document.shown)


def _marker(document: Document, what: str, node: Node) -> str:
    """Its marker without `'dev' in dependency_groups`, which the category says already."""
    return _GROUP.sub("", marker_of(document, what, node.entries))


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
        asked.report.broken("Pipfile", asked.shown(path), 0, failure)
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
