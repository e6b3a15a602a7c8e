"""`uv.lock`: the versions that uv chose, as exact requirements.

Source: uv's documentation, "Lockfile", and what uv 0.5 to 0.9 write (`version = 1`). The project makes the environment,
each of its extras and groups one that extends it; in a workspace each member is a project. The lock of a script
(`uv lock --script`) says what is asked for in its `manifest`.
"""

from __future__ import annotations

from collections.abc import Iterable

from envspec.importing.asked import Asked, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.fields.uv import UV_LOCK
from envspec.importing.projects.direct_references import git_address
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.projects.lock_indexes import add_registries
from envspec.importing.projects.marker_sets import Universe
from envspec.importing.projects.pinned import Node as Step
from envspec.importing.projects.pinned import Pin, Pins, cells_by_pin, reached
from envspec.importing.spec import Block, Spec, Text, references
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of, unique

_REASONS, _MANIFEST = reasons(UV_LOCK), reasons(UV_LOCK, "manifest.")
_NOT_NEEDED = reason_of(UV_LOCK, "a package that nothing needs")


def read(asked: Asked) -> Spec:
    """An environment for each project of the lock, and one for each of its extras and groups."""
    document = toml_document(asked, asked.path)
    root = document.root
    if root.get("version").kind != "scalar" or not root.get("version").text.isdigit():
        raise unreadable(asked, asked.path, "it has no `version`, as `uv.lock` has")
    if root.get("version").text != "1":
        raise unreadable(asked, asked.path, f"`version = {root.get('version').text}` is not known")
    return _Lock(document).read()


class _Lock:
    def __init__(self, document: Document) -> None:
        self.document, self.asked = document, document.asked
        self.rows = document.tables("package", document.root.get("package"))
        self.python = document.word("requires-python", document.root.get("requires-python"))
        markers = {
            one.get("marker").text
            for row in self.rows
            for one in _all_dependencies(row)
            if one.get("marker").text
        }
        self.universe = Universe(self.python, markers)
        self.by_name: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            self.by_name.setdefault(normalized_name(row.get("name").text), []).append(number)
        self.pins = [self._pin(row) for row in self.rows]
        self.writer = Pins(self.asked, document.path, self.universe, self.pins)
        self.needed: dict[int, int] = {}

    def read(self) -> Spec:
        spec = Spec(above=self.document.head())
        document, root = self.document, self.document.root
        packages = Packages(self.asked)
        add_registries(self.document, packages, [(row.get("name").text, row.get("source").get("registry"))
                                                 for row in self.rows])  # fmt: skip
        manifest = root.get("manifest")
        roots = self._roots(manifest)
        asked_for = manifest.get("requirements")
        groups = manifest.get("dependency-groups")
        if asked_for.items or groups.entries or not roots:
            self._project(spec, None, asked_for, groups, packages)
        for number in roots:
            self._project(spec, number, Node(), Node(), packages)
        if spec.blocks:
            spec.blocks[:0] = [*packages.secrets, *packages.indexes]
        self.writer.tell_rest(self.needed, _NOT_NEEDED, roots)
        self._tell_others(manifest)
        self.asked.report.hashes(document.text.count('hash = "sha'), document.shown)
        return spec if self.pins else Spec()

    def _roots(self, manifest: Node) -> list[int]:
        """The projects: the one of this folder, or every member of a workspace that has none there."""
        here = [n for n, row in enumerate(self.rows) if self._folder(row) == "."]
        if here:
            return here
        members = {normalized_name(one.text) for one in manifest.get("members").items}
        return [n for n, row in enumerate(self.rows) if normalized_name(row.get("name").text) in members]

    @staticmethod
    def _folder(row: Node) -> str:
        source = row.get("source")
        return next((source.get(key).text for key in ("editable", "virtual") if source.get(key).kind), "")

    def _project(
        self, spec: Spec, number: int | None, asked_for: Node, groups: Node, shared: Packages
    ) -> None:
        row = self.rows[number] if number is not None else Node()
        name = row.get("name").text
        label = unique(
            name_of(name, self.asked.name) if name else self.asked.name, spec.labels("environment")
        )
        environment = Block("environment", label)
        if number is not None:
            self.document.carried(f"package {name}", row, f"environment {label}")
        self._python(environment)
        spec.blocks.append(environment)
        base = Packages(self.asked)
        direct = self._steps_of(row.get("dependencies").items if number is not None else asked_for.items)
        needed = self._needed(direct, number)
        self.writer.add(base, needed, (step[0] for step in direct))
        base.fill(environment, spec)
        environment.add("indexes", references(block.label for block in shared.indexes))
        lists = [("extra", name_, node) for name_, node in row.get("optional-dependencies").entries.items()]
        lists += [("group", name_, node) for name_, node in row.get("dev-dependencies").entries.items()]
        lists += [("group", name_, node) for name_, node in groups.entries.items()]
        for kind, group, node in lists:
            more = based_on(self.asked, base)
            own = self._steps_of(node.items, extra=group if kind == "extra" else "")
            with_own = self._needed(
                {**direct, **{key: direct.get(key, 0) | cells for key, cells in own.items()}}, number
            )
            self.writer.add(more, with_own, (step[0] for step in own), needed)
            block = block_of(spec, label, group)
            block.above.append(f"the {kind} `{group}`")
            fill_extending(block, base, more)
            spec.blocks.append(block)
            self.document.carried(f"{kind} {group}", node, f"environment {block.label}")

    def _python(self, environment: Block) -> None:
        node = self.document.root.get("requires-python")
        if not self.python:
            return
        problem = parse_python(self.python)
        if isinstance(problem, PackageProblem):
            self.document.dropped("requires-python", node, problem.message)
            return
        environment.add("python", Text(self.python))
        self.document.carried("requires-python", node, "python")

    def _needed(self, start: dict[Step, int], project: int | None) -> dict[int, int]:
        found = cells_by_pin(reached(start, self._steps))
        if project is not None:
            found.pop(project, None)
        for number, cells in found.items():
            self.needed[number] = self.needed.get(number, 0) | cells
        return found

    def _steps(self, step: Step) -> Iterable[tuple[Step, int]]:
        number, extra = step
        row = self.rows[number]
        listed = row.get("optional-dependencies").get(extra) if extra else row.get("dependencies")
        found = list(self._steps_of(listed.items, extra).items())
        return [*found, ((number, ""), self.universe.everything)] if extra else found

    def _steps_of(self, items: Iterable[Node], extra: str = "") -> dict[Step, int]:
        """The packages that a list of dependencies names, with the cells of their markers."""
        found: dict[Step, int] = {}
        for item in items:
            number = self._find(item)
            if number is None:
                continue
            cells = self.universe.cells(item.get("marker").text, extra)
            extras = [one.text for one in (*item.get("extra").items, *item.get("extras").items)]
            for one in ("", *extras):
                found[number, one] = found.get((number, one), 0) | cells
        return found

    def _find(self, item: Node) -> int | None:
        """The package that a dependency means: by name, and by version and source where there are several."""
        numbers = self.by_name.get(normalized_name(item.get("name").text), [])
        version, source = item.get("version"), item.get("source")
        if len(numbers) > 1 and version.kind:
            numbers = [n for n in numbers if self.rows[n].get("version").text == version.text] or numbers
        if len(numbers) > 1 and source.entries:
            numbers = [n for n in numbers if self.rows[n].get("source").value == source.value] or numbers
        return numbers[0] if numbers else None

    def _pin(self, row: Node) -> Pin:
        name, version = row.get("name").text, row.get("version").text
        source = row.get("source")
        line, what = row.line, f"{name} {version}".strip()
        if not name:
            return Pin("", "", line, "package", "it has no name")
        places = {key: node.text for key, node in source.entries.items() if node.kind == "scalar"}
        subdirectory = f"#subdirectory={places['subdirectory']}" if "subdirectory" in places else ""
        if "git" in places:
            address, _, revision = places["git"].partition("#")
            address, _, query = address.partition("?")
            wanted = dict(one.partition("=")[::2] for one in query.split("&"))
            if wanted.get("subdirectory"):
                subdirectory = f"#subdirectory={wanted['subdirectory'].replace('%2F', '/')}"
            return Pin(name, f"{name} @ {git_address(address)}@{revision}{subdirectory}", line, what)
        if "url" in places:
            return Pin(name, f"{name} @ {places['url']}{subdirectory}", line, what)
        for key in ("editable", "directory", "path"):
            if key in places:
                place = places[key] if places[key].startswith((".", "/")) else f"./{places[key]}"
                return Pin(name, f"-e {place}" if key == "editable" else place, line, what)
        if "virtual" in places:
            return Pin(name, "", line, what, "it is a project that is not installed")
        if not version:
            return Pin(name, "", line, what, "it has no version")
        return Pin(name, f"{name}=={version}", line, what)

    def _tell_others(self, manifest: Node) -> None:
        document = self.document
        document.rest("", document.root, keys_read(UV_LOCK), _REASONS, _REASONS[OTHER])
        document.rest("manifest", manifest, keys_read(UV_LOCK, "manifest."), _MANIFEST, _MANIFEST[OTHER])


def _all_dependencies(row: Node) -> Iterable[Node]:
    yield from row.get("dependencies").items
    for key in ("optional-dependencies", "dev-dependencies"):
        for node in row.get(key).entries.values():
            yield from node.items
