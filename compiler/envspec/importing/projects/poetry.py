"""`poetry.lock` with the `pyproject.toml` beside it: the versions that Poetry chose, as exact requirements.

From Poetry 2.1 on the lock says for each package in which groups and under which markers it is needed. Before, it is
found out as Poetry does: from what the project asks for, along what each package needs. Without a project file, an older
lock has what is not optional.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.poetry import POETRY_LOCK
from envspec.importing.fields.row import OTHER, keys_read, reason_of
from envspec.importing.projects.direct_references import git_address
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.projects.lock_indexes import add_registries
from envspec.importing.projects.marker_sets import Universe
from envspec.importing.projects.pinned import Node as Step
from envspec.importing.projects.pinned import Pin, Pins, cells_by_pin, reached
from envspec.importing.projects.poetry_asked_for import AskedFor, Wanted, asked_for, wanted
from envspec.importing.projects.poetry_versions import NoConstraintError, pep440, python_marker
from envspec.importing.spec import Block, Spec, Text, references
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

_MAIN = "main"


def read(asked: Asked) -> Spec:
    """An environment, and one for each group and extra."""
    document = toml_document(asked, asked.path)
    metadata = document.root.get("metadata")
    if not metadata.entries and not document.root.get("package").items:
        raise unreadable(
            asked, asked.path, "it has neither `[[package]]` nor `[metadata]`, as `poetry.lock` has"
        )
    return _Lock(document, _project(asked)).read()


def _project(asked: Asked) -> AskedFor | None:
    path: Path = asked.path.parent / "pyproject.toml"
    if not path.is_file():
        asked.report.dropped(
            "pyproject.toml", asked.shown(asked.path), 0,
            reason_of(POETRY_LOCK, "pyproject.toml", "it is not beside the lock"),
        )  # fmt: skip
        return None
    try:
        return asked_for(toml_document(asked, path))
    except Failure as failure:
        asked.report.broken("pyproject.toml", asked.shown(path), 0, failure)
        return None


class _Lock:
    def __init__(self, document: Document, project: AskedFor | None) -> None:
        self.document, self.asked, self.project = document, document.asked, project
        root = document.root
        self.rows = document.tables("package", root.get("package"))
        self.python = document.word("metadata.python-versions", root.get("metadata").get("python-versions"))
        self.steps_listed = [
            [one for name, node in row.get("dependencies").entries.items() for one in wanted(name, node)]
            for row in self.rows
        ]
        self.universe = Universe(self._pythons(), self._all_markers())
        self.by_name: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            self.by_name.setdefault(normalized_name(row.get("name").text), []).append(number)
        self.writer = Pins(self.asked, document.path, self.universe, [_pin(row) for row in self.rows])
        self.says_groups = any(row.get("groups").kind == "sequence" for row in self.rows)

    def _pythons(self) -> str:
        try:
            return pep440(self.python).clauses if self.python else ""
        except NoConstraintError:
            return ""

    def _all_markers(self) -> set[str]:
        found = {one.marker for listed in self.steps_listed for one in listed}
        for row in self.rows:
            found |= {node.text for node in (row.get("markers"), *row.get("markers").entries.values())}
        if self.project is not None:
            found |= {one.marker for group in self.project.groups.values() for one in group}
        return found

    def read(self) -> Spec:
        spec, asked = Spec(above=self.document.head()), self.asked
        label = name_of(self.project.name, asked.name) if self.project is not None else asked.name
        environment = Block("environment", label)
        self._python(environment)
        base = Packages(asked)
        sources = [(row.get("name").text, _registry(row)) for row in self.rows]
        add_registries(
            self.document, base, sources, unnamed=any(not row.get("source").entries for row in self.rows)
        )
        main = self._needed(_MAIN)
        everything = dict(main)
        self.writer.add(base, main, self._direct(_MAIN))
        spec.blocks.append(environment)
        base.fill(environment, spec)
        environment.add("indexes", references(block.label for block in base.indexes))
        for kind, group in self._groups():
            needed = self._needed(group, extra=kind == "extra")
            for number, cells in needed.items():
                everything[number] = everything.get(number, 0) | cells
            both = {n: main.get(n, 0) | needed.get(n, 0) for n in {*main, *needed}}
            more = based_on(asked, base)
            self.writer.add(more, both, self._direct(group), main)
            block = block_of(spec, label, group)
            block.above.append(f"the {kind} `{group}`")
            fill_extending(block, base, more)
            spec.blocks.append(block)
        self.writer.tell_rest(everything, reason_of(POETRY_LOCK, "a package that nothing needs"))
        self._tell_others()
        return spec if self.rows else Spec()

    def _python(self, environment: Block) -> None:
        node = self.document.root.get("metadata").get("python-versions")
        clauses = self._pythons()
        if not self.python or not clauses:
            return
        problem = parse_python(clauses)
        if isinstance(problem, PackageProblem):
            self.document.dropped("metadata.python-versions", node, problem.message)
            return
        environment.add("python", Text(clauses))
        if clauses.replace(" ", "") == self.python.replace(" ", ""):
            self.document.carried("metadata.python-versions", node, "python")
        else:
            self.document.changed(
                "metadata.python-versions",
                node,
                f"python {clauses}",
                reason_of(POETRY_LOCK, "metadata.python-versions", "it is a constraint of Poetry's"),
            )

    def _groups(self) -> list[tuple[str, str]]:
        """Groups and extras, each once, in the order of the project file and of the lock."""
        found: dict[tuple[str, str], None] = {}
        if self.project is not None:
            found.update(dict.fromkeys(("group", name) for name in self.project.groups if name != _MAIN))
            found.update(dict.fromkeys(("extra", name) for name in self.project.extras))
        for row in self.rows:
            names = [node.text for node in row.get("groups").items] or [row.get("category").text]
            found.update(dict.fromkeys(("group", name) for name in names if name and name != _MAIN))
        for name, node in self.document.root.get("extras").entries.items():
            if node.items:
                found.setdefault(("extra", name))
        return list(found)

    def _needed(self, group: str, *, extra: bool = False) -> dict[int, int]:
        """The cells on which a group, an extra, or the project itself needs each package."""
        if self.says_groups and not extra:
            return self._as_said(group)
        if self.project is None or (not extra and group not in self.project.groups):
            return self._without_project(group, extra=extra)
        if extra:
            names = self.project.extras.get(group) or self._extra_names(group)
            start = [one for one in self.project.optional if one.name in names]
            if not start:
                start = [Wanted(name) for name in names]
        else:
            start = self.project.groups[group]
        return cells_by_pin(reached(self._steps_of(start), self._steps))

    def _extra_names(self, group: str) -> set[str]:
        nodes = self.document.root.get("extras").get(group).items
        return {normalized_name(node.text.split(" ")[0].split("[")[0]) for node in nodes}

    def _as_said(self, group: str) -> dict[int, int]:
        """From Poetry 2.1 on. What is optional comes with an extra only."""
        found = {}
        for number, row in enumerate(self.rows):
            groups = [node.text for node in row.get("groups").items]
            if group not in groups or (group == _MAIN and row.get("optional").text == "true"):
                continue
            markers = row.get("markers")
            marker = markers.get(group).text if markers.kind == "mapping" else markers.text
            found[number] = self.universe.cells(marker)
        return found

    def _without_project(self, group: str, *, extra: bool) -> dict[int, int]:
        if extra:
            start = [Wanted(name) for name in self._extra_names(group)]
            return cells_by_pin(reached(self._steps_of(start), self._steps))
        found = {}
        for number, row in enumerate(self.rows):
            category = row.get("category").text or _MAIN
            if category == group and row.get("optional").text != "true":
                found[number] = self.universe.everything
        return found

    def _direct(self, group: str) -> list[int]:
        if self.project is None:
            return []
        names = {one.name for one in self.project.groups.get(group, [])}
        names |= self.project.extras.get(group, set())
        return [number for name in names for number in self.by_name.get(name, [])]

    def _steps(self, step: Step) -> Iterable[tuple[Step, int]]:
        number, extra = step
        return self._steps_of(self.steps_listed[number], extra, self.rows[number]).items()

    def _steps_of(
        self, listed: Iterable[Wanted], extra: str = "", row: Node | None = None
    ) -> dict[Step, int]:
        """What is named, with its extras. An optional package of `row` comes with the extra that lists it."""
        found: dict[Step, int] = {}
        asked_by_extra = {
            normalized_name(node.text.split(" ")[0].split("[")[0])
            for node in (row.get("extras").get(extra).items if row is not None and extra else ())
        }
        for one in listed:
            if one.optional and row is not None and one.name not in asked_by_extra:
                continue
            cells = self.universe.cells(one.marker, extra)
            for number, allowed in self._shared_out(self._matching(one)):
                for name in ("", *one.extras):
                    found[number, name] = found.get((number, name), 0) | (cells & allowed)
        return found

    def _matching(self, one: Wanted) -> list[int]:
        """The packages of that name; of several those whose version the constraint allows."""
        numbers = self.by_name.get(one.name, [])
        if len(numbers) < 2 or not one.version:
            return numbers
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            allowed = SpecifierSet(pep440(one.version).clauses)
            chosen = [
                n for n in numbers if allowed.contains(self.rows[n].get("version").text, prereleases=True)
            ]
        except (NoConstraintError, InvalidSpecifier):
            return numbers
        return chosen or numbers

    def _shared_out(self, numbers: list[int]) -> list[tuple[int, int]]:
        """Versions of one package, each with the cells on which it is taken: those of its Pythons that no newer version
        has. A version that is alone is taken everywhere."""
        if len(numbers) < 2:
            return [(number, self.universe.everything) for number in numbers]
        left, found = self.universe.everything, []
        for number in sorted(numbers, key=lambda n: _version(self.rows[n].get("version").text), reverse=True):
            try:
                marker = python_marker(self.rows[number].get("python-versions").text or "*")
            except NoConstraintError:
                marker = ""
            found.append((number, left & self.universe.cells(marker)))
            left &= ~self.universe.cells(marker)
        return found

    def _tell_others(self) -> None:
        document, root = self.document, self.document.root
        document.rest("", root, keys_read(POETRY_LOCK), {}, reason_of(POETRY_LOCK, OTHER))
        metadata = keys_read(POETRY_LOCK, "metadata.")
        reason = reason_of(POETRY_LOCK, "metadata.any other key")
        document.rest("metadata", root.get("metadata"), metadata, {}, reason)
        for name, node in document.entries("extras", root.get("extras")).items():
            document.carried(f"extras.{name}", node, f"environment {name}")
        self.asked.report.hashes(
            document.text.count('"sha256:') + document.text.count('"md5:'), document.shown
        )


def _version(text: str) -> Any:
    """To be compared; what is no version is the oldest."""
    from packaging.version import Version

    try:
        return Version(text)
    except ValueError:
        return Version("0.dev0")


def _registry(row: Node) -> Node:
    """The address of its index; Poetry writes none for the default one."""
    source = row.get("source")
    return source.get("url") if source.get("type").text == "legacy" else Node()


def _pin(row: Node) -> Pin:
    name, version, line = row.get("name").text, row.get("version").text, row.line
    what = f"{name} {version}".strip()
    source: Mapping[str, Node] = row.get("source").entries
    kind, url = row.get("source").get("type").text, row.get("source").get("url").text
    if not name:
        return Pin("", "", line, "package", "it has no name")
    subdirectory = source["subdirectory"].text if "subdirectory" in source else ""
    tail = f"#subdirectory={subdirectory}" if subdirectory else ""
    if kind == "git":
        revision = row.get("source").get("resolved_reference").text or row.get("source").get("reference").text
        return Pin(name, f"{name} @ {git_address(url)}@{revision}{tail}", line, what)
    if kind == "url":
        return Pin(name, f"{name} @ {url}{tail}", line, what)
    if kind in ("directory", "file"):
        place = url if url.startswith((".", "/")) else f"./{url}"
        return Pin(
            name,
            f"-e {place}" if kind == "directory" and row.get("develop").text == "true" else place,
            line,
            what,
        )
    return (
        Pin(name, f"{name}=={version}", line, what)
        if version
        else Pin(name, "", line, what, "it has no version")
    )
