"""Features of a pixi manifest: what each brings to the environments that have it.

A dependency of a `target` takes the place of the one for all platforms. Only Linux counts: an image is for nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from envspec.importing.entries import Packages
from envspec.importing.fields.pixi import PIXI_TOML
from envspec.importing.fields.pyproject import TOOL_UV
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.conda_pins import LINUX
from envspec.importing.projects.document import Document
from envspec.importing.projects.pixi_packages import add_conda, add_pypi
from envspec.importing.projects.uv_settings import Sources, add_requirement
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.packages.cuda_image import CUDA_VERSIONS

DEFAULT = "default"
_CONDA_TABLES = ("dependencies", "host-dependencies", "build-dependencies")
_FEATURE_KEYS = (
    *_CONDA_TABLES, "pypi-dependencies", "pypi-options", "target", "activation", "system-requirements", "tasks", "channels",
    "platforms",
)  # fmt: skip
_ENVIRONMENT_KEYS = ("features", "no-default-feature", "solve-group")
_INLINE = "\0"
"""Before the name of an environment: the feature that it is made of beside those that it names."""
_TARGETS = ("unix", "linux", "linux-64", "linux-aarch64")
_ACTIVATION, _SYSTEM = reasons(PIXI_TOML, "activation."), reasons(PIXI_TOML, "system-requirements.")


def inline(environment: str) -> str:
    """What the feature is called that stands in an environment itself."""
    return f"{_INLINE}{environment}"


def pixi_platforms(document: Document, what: str, node: Node) -> list[str]:
    """The Linux platforms of a list, as an image has them."""
    found: list[str] = []
    if node.kind not in ("sequence", ""):
        document.dropped(what, node, "a list of platforms is expected here")
    for item in node.items:
        name = item.text if item.kind == "scalar" else item.get("platform").text or item.get("name").text
        if name in LINUX:
            found.append(LINUX[name])
            document.carried(f"platforms: {name}", item, "docker.platforms")
        else:
            document.dropped(
                f"platforms: {name}",
                item,
                reason_of(PIXI_TOML, "workspace.platforms", "it is not Linux"),
            )
    return list(dict.fromkeys(found))


def add_variable(document: Document, variables: Variables, what: str, name: str, value: Node) -> None:
    """A variable whose value needs no shell to be known."""
    if value.kind != "scalar":
        document.left_out(what, value, "a text is expected here")
    elif re.search(r"\$|%[A-Za-z_]+%|\{\{", value.text):
        document.left_out(what, value, "it is filled in by a shell; write what it becomes")
    else:
        variables.add(name, value.text, document.shown, value.line)


class Features:
    """The features of a manifest by name; the default one is what stands outside of `[feature.*]`."""

    def __init__(self, document: Document, manifest: Node, prefix: str, platforms: list[str]) -> None:
        self.document, self._prefix, self._platforms = document, prefix, platforms
        self._tables: dict[str, Node] = {DEFAULT: manifest}
        for name, node in document.entries(f"{prefix}feature", manifest.get("feature")).items():
            document.entries(f"{prefix}feature.{name}", node)
            self._tables[name] = node
        for name, node in manifest.get("environments").entries.items():
            if node.kind == "mapping" and node.entries.keys() & set(_FEATURE_KEYS):
                self._tables[inline(name)] = node
        self._required: dict[str, list[Node]] = {}
        self._python = Node()
        self._told: set[tuple[str, str]] = set()

    @property
    def names(self) -> set[str]:
        return set(self._tables) | set(self._required)

    def add_project(self, project: Node, groups: Node) -> None:
        """What a `pyproject.toml` asks for is of the default feature; its extras and groups are features."""
        self._python = project.get("requires-python")
        self._required[DEFAULT] = self._requirements(
            "dependencies", project.get("dependencies"), Node(), set()
        )
        for name, node in project.get("optional-dependencies").entries.items():
            self._required[name] = self._requirements(name, node, Node(), set())
        for name, node in groups.entries.items():
            self._required.setdefault(name, []).extend(self._requirements(name, node, groups, {name}))

    def _requirements(self, name: str, node: Node, groups: Node, seen: set[str]) -> list[Node]:
        """The requirements of a list, those of groups that it includes too; `seen` are groups that are there already."""
        found: list[Node] = []
        for item in node.items:
            other = item.get("include-group").text if item.kind == "mapping" else ""
            if other in groups.entries:
                if other not in seen:
                    seen.add(other)
                    found += self._requirements(other, groups.get(other), groups, seen)
            elif item.kind == "scalar" and not item.plain:
                found.append(item)
            else:
                self.document.dropped(name, item, "a requirement is expected here")
        return found

    def path(self, name: str) -> str:
        """What the tables of a feature are called in the report."""
        if name.startswith(_INLINE):
            return f"{self._prefix}environments.{name.removeprefix(_INLINE)}."
        return self._prefix if name == DEFAULT else f"{self._prefix}feature.{name}."

    def table(self, name: str) -> Node:
        return self._tables.get(name, Node())

    def ranked(self, what: str, node: Node) -> list[tuple[int, str, Node]]:
        """Channels with their priority, which is 0 where none is said."""
        found = []
        for item in node.items:
            channel = item.text if item.kind == "scalar" else item.get("channel").text
            priority = item.get("priority").text
            rank = int(priority) if re.fullmatch(r"-?[0-9]{1,6}", priority) else 0
            if channel:
                found.append((rank, channel, item))
            elif what:
                self.document.dropped(what, item, "a channel is expected here")
        return found

    def channels(self, name: str) -> list[tuple[int, str, Node]]:
        if name == DEFAULT:
            return []
        return self.ranked(f"{self.path(name)}channels", self.table(name).get("channels"))

    def add_packages(self, name: str, packages: Packages) -> None:
        """What the feature asks for. A second environment is told nothing again."""
        said = self.document.asked.report.said()
        again = ("packages", name) in self._told
        self._told.add(("packages", name))
        table, path = self.table(name), self.path(name)
        self._options(f"{path}pypi-options", table.get("pypi-options"), packages)
        if (
            name == DEFAULT
            and self._python.kind == "scalar"
            and "python" not in table.get("dependencies").entries
        ):
            entry = self.document.entry(f"python {self._python.text.replace(' ', '')}", self._python)
            packages.add_conda(entry)
        for kind in _CONDA_TABLES:
            for what, package, node in self._merged(table, path, kind):
                add_conda(self.document, packages, what, package, node)
        for what, package, node in self._merged(table, path, "pypi-dependencies"):
            add_pypi(self.document, packages, what, package, node)
        for node in self._required.get(name, []):
            add_requirement(self.document, packages, node, Sources())
        if again:
            self.document.asked.report.forget(said)

    def _merged(self, table: Node, path: str, kind: str) -> Iterable[tuple[str, str, Node]]:
        """Dependencies of a kind, those of Linux targets in the place of the general ones."""
        found: dict[str, tuple[str, str, Node]] = {}
        tables = [(f"{path}{kind}", table.get(kind))]
        for target in _TARGETS:
            one = table.get("target").get(target).get(kind)
            only = LINUX.get(target)
            if one.entries and only is not None and self._platforms and only not in self._platforms:
                self.document.dropped(
                    f"{path}target.{target}.{kind}", one, f"{target} is not among the platforms"
                )
                continue
            if one.entries and only is not None and len(self._platforms) > 1:
                self.document.changed(
                    f"{path}target.{target}.{kind}",
                    one,
                    "conda",
                    "an environment asks for the same on all its platforms",
                )
            tables.append((f"{path}target.{target}.{kind}", one))
        for what, node in tables:
            for name, value in self.document.entries(what, node).items():
                if name in found:
                    self.document.dropped(found[name][0], found[name][2], f"`{what}` has it for Linux")
                found[name] = (f"{what}.{name}", name, value)
        return found.values()

    def _options(self, what: str, node: Node, packages: Packages) -> None:
        document = self.document
        document.entries(what, node)
        if url := document.word(f"{what}.index-url", node.get("index-url")):
            packages.add_index(url, document.entry(url, node.get("index-url")), only=True)
        for one in document.words(f"{what}.extra-index-urls", node.get("extra-index-urls")):
            packages.add_index(one.text, document.entry(one.text, one))
        reasons = {"find-links": reason_of(TOOL_UV, "find-links")}
        document.rest(
            what,
            node,
            ("index-url", "extra-index-urls"),
            reasons,
            reason_of(PIXI_TOML, "pypi-options.any other key"),
        )

    def add_variables(self, name: str, variables: Variables) -> None:
        """`activation.env` without what a shell fills in."""
        report = self.document.asked.report
        said, again = report.said(), ("variables", name) in self._told
        self._told.add(("variables", name))
        table, path = self.table(name), self.path(name)
        targets = table.get("target")
        rows = [(f"{path}activation", table.get("activation"))]
        rows += [(f"{path}target.{one}.activation", targets.get(one).get("activation")) for one in _TARGETS]
        for what, node in rows:
            listed = self.document.entries(what, node).get("env", Node())
            for key, value in self.document.entries(f"{what}.env", listed).items():
                add_variable(self.document, variables, f"{what}.env.{key}", key, value)
            self.document.rest(
                what, node, ("env",), _ACTIVATION, reason_of(PIXI_TOML, "feature.*.any other key")
            )
        if again:
            report.forget(said)

    def cuda(self, name: str) -> str:
        """The CUDA of the base image for `system-requirements.cuda`, and what becomes of the other requirements."""
        node, what = self.table(name).get("system-requirements"), f"{self.path(name)}system-requirements"
        value = node.get("cuda")
        text = value.text if value.kind == "scalar" else ""
        minor = ".".join(text.split(".")[:2])
        known = minor in CUDA_VERSIONS
        if ("system", name) not in self._told:
            self._told.add(("system", name))
            if known:
                self.document.changed(
                    f"{what}.cuda",
                    value,
                    "docker.cuda",
                    reason_of(PIXI_TOML, "system-requirements.cuda"),
                )
            elif value.kind:
                self.document.dropped(
                    f"{what}.cuda", value, f"`docker.cuda` is one of {', '.join(CUDA_VERSIONS)}"
                )
            self.document.rest(
                what, node, keys_read(PIXI_TOML, "system-requirements."), _SYSTEM, _SYSTEM[OTHER]
            )
            self._rest(name)
        return minor if known else ""

    def _rest(self, name: str) -> None:
        """What is told once for a feature: targets that are not Linux, and keys that are not known."""
        table, path, document = self.table(name), self.path(name), self.document
        for target, node in document.entries(f"{path}target", table.get("target")).items():
            if target not in _TARGETS:
                self._elsewhere(f"{path}target.{target}", node)
                continue
            known = (*_CONDA_TABLES, "pypi-dependencies", "activation", "tasks")
            document.rest(
                f"{path}target.{target}", node, known, {}, reason_of(PIXI_TOML, "feature.*.any other key")
            )
        if name != DEFAULT:
            more = _ENVIRONMENT_KEYS if name.startswith(_INLINE) else ()
            document.rest(
                path.rstrip("."),
                table,
                (*_FEATURE_KEYS, *more),
                {},
                reason_of(PIXI_TOML, "feature.*.any other key"),
            )
            if table.get("platforms").kind:
                pixi_platforms(document, f"{path}platforms", table.get("platforms"))

    def _elsewhere(self, what: str, node: Node) -> None:
        """What a target of another system asks for, one by one."""
        reason = reason_of(PIXI_TOML, "target.*", "it is not Linux")
        for kind, inner in node.entries.items():
            for name, value in inner.entries.items():
                self.document.left_out(f"{what}.{kind}.{name}", value, reason)
            if not inner.entries:
                self.document.left_out(f"{what}.{kind}", inner, reason)
        if not node.entries:
            self.document.left_out(what, node, reason)

    def tell_unused(self, used: Mapping[str, str]) -> None:
        for name, node in self._tables.items():
            if name not in used and not name.startswith(_INLINE):
                self.document.dropped(
                    f"{self._prefix}feature.{name}",
                    node,
                    reason_of(PIXI_TOML, "feature.*", "no environment has it"),
                )
        for name, nodes in self._required.items():
            if name not in used and name not in self._tables:
                for node in nodes:
                    self.document.dropped(node.text, node, f"no environment has the feature `{name}`")
