"""`pyproject.toml` (PEP 621, PEP 735, Poetry, PDM, Hatch, uv), and `setup.cfg` of setuptools.

The dependencies of the project make the environment. What nobody gets unasked, an extra or a dependency group, is an
environment of its own that extends it, because a spec that named them all in one would ask for what the project does
not. The project itself is not installed: a run has its code by `source`.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.asked import Asked
from envspec.importing.entries import Packages
from envspec.importing.fields.pyproject import PROJECT
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.extending import based_on, block_of, fill_extending, group_name
from envspec.importing.projects.project_groups import add_extras, add_groups
from envspec.importing.projects.uv_settings import Sources, add_requirement, read_uv
from envspec.importing.spec import Block, Spec, Text
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of, unique

_ROOT, _PROJECT, _TOOL = (reasons(PROJECT, above) for above in ("", "project.", "tool."))
_METADATA = reason_of(PROJECT, "project.dynamic", "it describes the package")


class Project:
    """What the readers of one file share: its environment, and those of its extras and groups."""

    def __init__(self, asked: Asked, document: Document) -> None:
        self.asked, self.document = asked, document
        self.spec = Spec(above=document.head())
        self.environment = Block("environment", asked.name)
        self.packages = Packages(asked)
        self.groups: dict[str, tuple[str, Packages]] = {}
        self.sources = Sources()
        self.name = ""
        self.hatch: list[Block] = []
        self.extras: dict[str, list[Node]] = {}

    def named(self, what: str, node: Node) -> None:
        """The name of the project, which becomes that of the environment."""
        name = self.document.word(what, node)
        if not name:
            return
        self.name = normalized_name(name)
        self.environment.label = name_of(name, self.asked.name)
        if self.environment.label == name:
            self.document.carried(what, node, f"environment {name}")
        else:
            self.document.changed(
                what, node, f"environment {self.environment.label}",
                "a name is lower-case letters, digits, `_` and `-`",
            )  # fmt: skip

    def described(self, what: str, node: Node) -> None:
        if text := " ".join(self.document.word(what, node).split()):
            self.environment.add("description", Text(text))
            self.document.carried(what, node, "description")

    def python(self, what: str, node: Node) -> None:
        """`requires-python`."""
        text = self.document.word(what, node)
        if not text:
            return
        problem = parse_python(text)
        if isinstance(problem, PackageProblem):
            self.document.dropped(what, node, problem.message)
        else:
            self.environment.add("python", Text(text))
            self.document.carried(what, node, "python")

    def group(self, name: str, kind: str) -> Packages:
        """The packages of an extra or a group, begun with those of the project. Call it when these are complete."""
        key = f"{kind} {normalized_name(name)}"
        if key not in self.groups:
            self.groups[key] = (name, based_on(self.asked, self.packages))
        return self.groups[key][1]

    def labels(self) -> list[str]:
        """The names that are taken when the spec is finished."""
        found = [self.environment.label]
        for name, _ in self.groups.values():
            found.append(unique(group_name(found[0], name), found))
        return found + [block.label for block in self.hatch]

    def finished(self) -> Spec:
        runs, self.spec.blocks = self.spec.blocks, []
        self.spec.blocks.append(self.environment)
        self.packages.fill(self.environment, self.spec)
        for key, (name, packages) in self.groups.items():
            block = block_of(self.spec, self.environment.label, name)
            fill_extending(block, self.packages, packages)
            block.above.append(f"the {key.partition(' ')[0]} `{name}`")
            if "pip" not in block.attributes and "conda" not in block.attributes:
                block.above.append("which adds nothing")
            self.spec.blocks.append(block)
        self.spec.blocks += self.hatch
        self.spec.blocks[:0] = [block for block in runs if block.kind != "run"]
        self.spec.blocks += [block for block in runs if block.kind == "run"]
        return self.spec


def read(asked: Asked) -> Spec:
    """An environment, and one for each extra and group."""
    if asked.path.suffix == ".cfg":
        from envspec.importing.projects.setup_cfg import read_setup_cfg

        return read_setup_cfg(asked)
    document = toml_document(asked, asked.path)
    project = Project(asked, document)
    root = document.root
    tools = document.entries("tool", root.get("tool"))
    poetry = tools.get("poetry", Node())
    project.sources = read_uv(document, project.packages, _table(document, "tool.uv", tools), "tool.uv")
    if poetry.kind == "mapping":
        from envspec.importing.projects.poetry_settings import read_poetry_sources

        read_poetry_sources(project, poetry)
    pdm = _table(document, "tool.pdm", tools)
    if pdm.kind:
        from envspec.importing.projects.pdm_settings import read_pdm_sources

        read_pdm_sources(project, pdm)
    _project(project, root.get("project"), has_poetry=poetry.kind == "mapping")
    if poetry.kind == "mapping":
        from envspec.importing.projects.poetry_settings import read_poetry

        read_poetry(project, poetry)
    _dynamic(project, root.get("project"), tools)
    add_extras(project, root.get("project"))
    add_groups(project, root.get("dependency-groups"), _table(document, "tool.uv", tools, told=True))
    if pdm.kind:
        from envspec.importing.projects.pdm_settings import read_pdm

        read_pdm(project, pdm)
    hatch = _table(document, "tool.hatch", tools)
    if hatch.kind:
        from envspec.importing.projects.hatch_settings import read_hatch

        read_hatch(project, hatch)
    _others(project, root, tools)
    return project.finished() if _says_something(root, tools, project) else Spec()


def _says_something(root: Node, tools: Mapping[str, Node], project: Project) -> bool:
    return bool(
        root.get("project").kind == "mapping" or root.get("dependency-groups").entries or project.groups
        or project.packages.pip or "poetry" in tools
    )  # fmt: skip


def _table(document: Document, what: str, tools: Mapping[str, Node], *, told: bool = False) -> Node:
    """`[tool.NAME]`, told once when it is no table."""
    node = tools.get(what.partition(".")[2], Node())
    if node.kind in ("mapping", ""):
        return node
    if not told:
        document.dropped(what, node, "a table is expected here")
    return Node()


def _project(project: Project, table: Node, *, has_poetry: bool) -> None:
    document = project.document
    document.entries("project", table)
    project.named("project.name", table.get("name"))
    project.described("project.description", table.get("description"))
    project.python("project.requires-python", table.get("requires-python"))
    for node in document.words("project.dependencies", table.get("dependencies")):
        add_requirement(document, project.packages, node, project.sources)
    document.rest("project", table, keys_read(PROJECT, "project."), _PROJECT, _PROJECT[OTHER])


def _dynamic(project: Project, table: Node, tools: Mapping[str, Node]) -> None:
    """What the build backend knows: for setuptools files that are named, and `setup.cfg`."""
    document = project.document
    dynamic = {one.text: one for one in document.words("project.dynamic", table.get("dynamic"))}
    setuptools = tools.get("setuptools", Node())
    files = setuptools.get("dynamic")
    for key, node in dynamic.items():
        if key not in ("dependencies", "optional-dependencies", "requires-python", "description"):
            document.dropped(f"project.dynamic: {key}", node, _METADATA)
    if dynamic or table.kind != "mapping":
        from envspec.importing.projects.setup_cfg import read_beside

        beside = read_beside(project, table.kind == "mapping")
    else:
        beside = frozenset[str]()
    taken = set()
    for key in ("dependencies", "optional-dependencies"):
        rows = {"": files.get(key)} if key == "dependencies" else dict(files.get(key).entries)
        for group, row in rows.items():
            if row.kind:
                taken.add(key)
                _from_files(project, f"tool.setuptools.dynamic.{key}", row, group)
    for key in ("dependencies", "optional-dependencies", "requires-python", "description"):
        if key in dynamic and key in taken | beside:
            document.changed(
                f"project.dynamic: {key}",
                dynamic[key],
                "pip",
                reason_of(PROJECT, "tool.setuptools.dynamic.dependencies"),
            )
        elif key in dynamic:
            document.dropped(
                f"project.dynamic: {key}", dynamic[key],
                reason_of(PROJECT, "project.dynamic", "only the build backend knows it"),
            )  # fmt: skip


def _from_files(project: Project, what: str, row: Node, group: str) -> None:
    """`{ file = ["requirements.txt"] }` of setuptools."""
    from envspec.importing.pip import include

    document = project.document
    node = row.get("file")
    files = [node] if node.kind == "scalar" else document.words(f"{what}.file", node)
    packages = project.group(group, "extra") if group else project.packages
    if not files:
        document.dropped(what, row, "it names no file")
    for one in files:
        entry = document.entry(one.text, one)
        include(project.asked, packages, entry, "requirement")


def _others(project: Project, root: Node, tools: Mapping[str, Node]) -> None:
    document = project.document
    document.rest("", root, keys_read(PROJECT), _ROOT, _ROOT[OTHER])
    read_here = {"uv", "poetry", "pdm", "hatch"}
    for name, node in tools.items():
        if name == "setuptools":
            reason = reason_of(PROJECT, "tool.setuptools.any other key")
            document.rest("tool.setuptools", node, keys_read(PROJECT, "tool.setuptools."), {}, reason)
            document.rest(
                "tool.setuptools.dynamic", node.get("dynamic"), ("dependencies", "optional-dependencies"), {}, _METADATA
            )  # fmt: skip
        elif name not in read_here:
            document.left_out(f"tool.{name}", node, _TOOL.get(name, _TOOL["*"]))
