"""`[tool.hatch.envs.*]` of a `pyproject.toml`.

Source: Hatch's documentation, "Environment configuration". An environment of Hatch has what the project needs, unless
it is `detached` or skips the project, and inherits from its `template` (`default`, when nothing is said).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from envspec.importing.entries import Packages
from envspec.importing.fields.pyproject import TOOL_HATCH
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.projects.script_runs import script_run
from envspec.importing.projects.uv_settings import add_requirement
from envspec.importing.spec import Block, Text
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import parse_python
from envspec.starting.names import unique

if TYPE_CHECKING:
    from envspec.importing.projects.pyproject import Project

_REASONS = reasons(TOOL_HATCH, "envs.*.")
_BEGINS = reason_of(TOOL_HATCH, "envs.*.scripts.*", "it begins with another one")
_ALWAYS_OFF = ("true",)


def read_hatch(project: Project, hatch: Node) -> None:
    document = project.document
    environments = document.entries("tool.hatch.envs", hatch.get("envs"))
    document.rest("tool.hatch", hatch, keys_read(TOOL_HATCH), {}, reason_of(TOOL_HATCH, OTHER))
    made = {
        name: _Environment(project, name, document.entries(f"tool.hatch.envs.{name}", node))
        for name, node in environments.items()
        if node.kind == "mapping"
    }
    for name, node in environments.items():
        if node.kind != "mapping":
            document.dropped(f"tool.hatch.envs.{name}", node, "a table is expected here")
    for name, one in made.items():
        one.inherit(made)
        document.rest(
            f"tool.hatch.envs.{name}",
            environments[name],
            keys_read(TOOL_HATCH, "envs.*."),
            _REASONS,
            _REASONS[OTHER],
        )
    for one in made.values():
        one.write()


class _Environment:
    def __init__(self, project: Project, name: str, table: Mapping[str, Node]) -> None:
        self.project, self.name, self.table = project, name, table
        self.chain: list[Mapping[str, Node]] = [table]

    def inherit(self, made: Mapping[str, _Environment]) -> None:
        """The tables that it inherits from, the nearest first; each key holds as the nearest table has it."""
        seen, name, table = {self.name}, self.name, self.table
        while True:
            node = table.get("template", Node())
            other = node.text or "default"
            if node.kind and name == self.name:
                known = (
                    "is there" if other in made or other == name else "is not there, which Hatch would refuse"
                )
                self.project.document.changed(
                    f"tool.hatch.envs.{name}.template",
                    node,
                    "pip",
                    f"what is inherited is written out; it {known}",
                )
            if other in seen or other not in made or (table.get("detached", Node()).text in _ALWAYS_OFF):
                return
            seen.add(other)
            name, table = other, made[other].table
            self.chain.append(table)

    def _value(self, key: str) -> tuple[Node, bool]:
        """The nearest value, and whether it is this environment's own."""
        for table in self.chain:
            if key in table:
                return table[key], table is self.table
        return Node(), False

    def write(self) -> None:
        project, document, what = self.project, self.project.document, f"tool.hatch.envs.{self.name}"
        alone = any(self.table.get(key, Node()).text == "true" for key in ("detached", "skip-install"))
        packages = Packages(project.asked) if alone else based_on(project.asked, project.packages)
        for key in ("dependencies", "extra-dependencies"):
            for table in self.chain if key == "extra-dependencies" else [{key: self._value(key)[0]}]:
                for node in document.words(f"{what}.{key}", table.get(key, Node())):
                    if "{" in node.text and "}" in node.text:
                        document.dropped(node.text, node, "its fields are filled in by Hatch: write a path")
                    else:
                        add_requirement(document, packages, node, project.sources)
        for key, kind in (("features", "extra"), ("dependency-groups", "group")):
            self._take(packages, what, key, kind)
        block = block_of(project.spec, project.environment.label, self.name)
        block.label = unique(block.label, project.labels())
        block.above.append(f"the environment `{self.name}` of Hatch")
        self._attributes(block, what)
        self._scripts(block, what)
        if alone:
            block.extends = ""
            packages.indexes = project.packages.indexes
            _fill_alone(block, packages)
            for key in ("detached", "skip-install"):
                if key in self.table:
                    document.carried(f"{what}.{key}", self.table[key], "without `extends`")
        else:
            fill_extending(block, project.packages, packages)
        project.hatch.append(block)

    def _scripts(self, block: Block, what: str) -> None:
        """Its own scripts; what `{…}` of Hatch or another script fills in is no command yet."""
        document, spec = self.project.document, self.project.spec
        scripts = document.entries(f"{what}.scripts", self.table.get("scripts", Node()))
        for name, node in scripts.items():
            only = node.items[0] if node.kind == "sequence" and len(node.items) == 1 else node
            if only.kind == "scalar" and only.text.split()[:1] and only.text.split()[0] in scripts:
                document.left_out(f"{what}.scripts.{name}", node, _BEGINS)
                continue
            run = script_run(document, spec, block.label, f"{what}.scripts.{name}", name, only)
            if run is not None:
                spec.blocks.append(run)
                document.carried(f"{what}.scripts.{name}", node, f"run {run.label}")

    def _take(self, packages: Packages, what: str, key: str, kind: str) -> None:
        """What the extras or groups of the project have."""
        from envspec.packages.pip import normalized_name

        document = self.project.document
        for node in document.words(f"{what}.{key}", self._value(key)[0]):
            found = self.project.groups.get(f"{kind} {normalized_name(node.text)}")
            if found is None:
                document.dropped(f"{what}.{key}: {node.text}", node, f"there is no {kind} of that name")
                continue
            packages.pip.update(found[1].pip)
            document.changed(f"{what}.{key}: {node.text}", node, "pip", f"what the {kind} has is written out")

    def _attributes(self, block: Block, what: str) -> None:
        document = self.project.document
        node, own = self._value("description")
        if own and (text := " ".join(document.word(f"{what}.description", node).split())):
            block.add("description", Text(text))
            document.carried(f"{what}.description", node, "description")
        node, own = self._value("python")
        if text := document.word(f"{what}.python", node) if own else node.text:
            problem = parse_python(text)
            if isinstance(problem, PackageProblem):
                document.dropped(f"{what}.python", node, problem.message)
            else:
                block.add("python", Text(text))
                document.carried(f"{what}.python", node, "python")
        variables = Variables(document.asked)
        for table in reversed(self.chain):
            for name, value in document.entries(f"{what}.env-vars", table.get("env-vars", Node())).items():
                if value.kind != "scalar" or value.plain:
                    document.left_out(f"{what}.env-vars.{name}", value, "a text is expected here")
                elif "{" in value.text:
                    document.left_out(f"{what}.env-vars.{name}", value, "its fields are filled in by Hatch")
                else:
                    variables.add(name, value.text, document.shown, value.line)
        variables.fill(block, self.project.spec)


def _fill_alone(block: Block, packages: Packages) -> None:
    from envspec.importing.spec import Items, references

    if packages.pip:
        block.add("pip", Items(tuple(packages.pip.values())))
        block.add("indexes", references(one.label for one in packages.indexes))
