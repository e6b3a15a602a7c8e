"""`pixi.toml`, `[tool.pixi]` of a `pyproject.toml`, and `pixi.lock`.

Source: pixi's documentation, "Pixi manifest" and "Multi environment". Environments are made of features; the default
one makes the main environment, and another that has the default feature and more extends it. A folder is read by its
manifest; the lock is read when it is named, or when it is alone.
"""

from __future__ import annotations

from envspec.importing.asked import Asked, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.pixi import PIXI_TOML
from envspec.importing.fields.pyproject import PROJECT
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.projects.pixi_features import DEFAULT, Features, inline, pixi_platforms
from envspec.importing.projects.pixi_tasks import add_tasks
from envspec.importing.spec import Block, Spec, Text, references, texts
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of

_WORKSPACE = reasons(PIXI_TOML, "workspace.")
_REASONS = reasons(PIXI_TOML)
_ENVIRONMENT = reasons(PIXI_TOML, "environments.*.")
_KNOWN = (
    "workspace", "project", "environments", "feature", "dependencies", "host-dependencies", "build-dependencies",
    "pypi-dependencies", "pypi-options", "target", "activation", "system-requirements", "tasks",
)  # fmt: skip


def read(asked: Asked) -> Spec:
    """An environment for each of pixi's, and a run for each task that is a plain command."""
    if asked.path.suffix == ".lock":
        from envspec.importing.projects.pixi_lock import read_lock

        return read_lock(asked)
    document = toml_document(asked, asked.path)
    project = asked.path.name == "pyproject.toml"
    manifest = document.root.get("tool").get("pixi") if project else document.root
    if project and manifest.kind != "mapping":
        raise unreadable(asked, asked.path, "it has no `[tool.pixi]`")
    known = [key for key in _KNOWN if manifest.get(key).kind == "mapping"]
    if not known:
        return Spec()
    return _Manifest(document, manifest, project=project).read()


class _Manifest:
    def __init__(self, document: Document, manifest: Node, *, project: bool) -> None:
        self.document, self.asked, self.manifest = document, document.asked, manifest
        self.prefix = "tool.pixi." if project else ""
        self.project = document.root.get("project") if project else Node()
        key = "workspace" if manifest.get("workspace").kind else "project"
        self.workspace, self.workspace_name = manifest.get(key), f"{self.prefix}{key}"
        document.entries(self.workspace_name, self.workspace)
        self.platforms = pixi_platforms(
            document, f"{self.workspace_name}.platforms", self.workspace.get("platforms")
        )
        self.has_variables = False
        self.spec = Spec(above=document.head())
        self.features = Features(document, manifest, self.prefix, self.platforms)
        if project:
            self.features.add_project(self.project, document.root.get("dependency-groups"))

    def read(self) -> Spec:
        document = self.document
        spec = self.spec
        label = self._name()
        rows = document.entries(f"{self.prefix}environments", self.manifest.get("environments"))
        environments = {name: self._environment(name, node) for name, node in rows.items()}
        default = environments.pop(DEFAULT, ([], True))
        main, base = Block("environment", label), Packages(self.asked)
        description = self.workspace.get("description")
        if text := " ".join(document.word(f"{self.workspace_name}.description", description).split()):
            main.add("description", Text(text))
            document.carried(f"{self.workspace_name}.description", description, "description")
        used = {DEFAULT: label, **dict.fromkeys(default[0], label)}
        self._make(main, base, [*default[0], DEFAULT])
        spec.blocks.append(main)
        base.fill(main, spec)
        self._attributes(main, [DEFAULT, *default[0]])
        self.has_variables = "variables" in main.attributes
        for name, (features, with_default) in environments.items():
            block = block_of(spec, label, name)
            block.above.append(f"the environment `{name}`")
            own = [one for one in features if one not in default[0]]
            if with_default and set(default[0]) <= set(features):
                more = based_on(self.asked, base)
                self._make(block, more, own)
                fill_extending(block, base, more)
                self._channels(block, base, more)
                self._attributes(block, own)
            else:
                block.extends = ""
                more = Packages(self.asked, indexes=base.indexes, secrets=base.secrets)
                whole = [*features, DEFAULT] if with_default else features
                self._make(block, more, whole)
                self._alone(block, more)
                self._attributes(block, list(reversed(whole)))
            spec.blocks.append(block)
            for feature in features:
                used.setdefault(feature, block.label)
        main.add("indexes", references(index.label for index in base.indexes))
        known = [block for block in (*base.secrets, *base.indexes) if block not in spec.blocks]
        spec.blocks[:0] = known
        self.features.tell_unused(used)
        add_tasks(document, spec, self.features, used)
        self._others()
        return spec

    def _name(self) -> str:
        what, node = f"{self.workspace_name}.name", self.workspace.get("name")
        if not node.kind and self.project.get("name").kind:
            what, node = "project.name", self.project.get("name")
        name = self.document.word(what, node)
        label = name_of(name, self.asked.name) if name else self.asked.name
        if name and label == name:
            self.document.carried(what, node, f"environment {label}")
        elif name:
            self.document.changed(
                what, node, f"environment {label}", "a name is lower-case letters, digits, `_` and `-`"
            )
        return label

    def _environment(self, name: str, node: Node) -> tuple[list[str], bool]:
        """The features of an environment that there are, and whether the default one is among them."""
        what = f"{self.prefix}environments.{name}"
        rows = node if node.kind == "sequence" else node.get("features")
        if node.kind == "scalar":
            self.document.dropped(what, node, "a list of features is expected here")
        found = [inline(name)] if inline(name) in self.features.names else []
        for one in self.document.words(f"{what}.features", rows):
            if one.text in self.features.names:
                found.append(one.text)
            elif one.text != DEFAULT:
                self.document.dropped(f"{what}: {one.text}", one, f"there is no feature `{one.text}`")
        if node.kind == "mapping" and found[:1] != [inline(name)]:
            self.document.rest(
                what, node, ("features", "no-default-feature"), _ENVIRONMENT, _ENVIRONMENT[OTHER]
            )
        elif node.get("solve-group").kind:
            self.document.dropped(f"{what}.solve-group", node.get("solve-group"), _ENVIRONMENT["solve-group"])
        self.document.carried(what, node, "environment")
        return list(dict.fromkeys(found)), node.get("no-default-feature").text != "true"

    def _make(self, block: Block, packages: Packages, features: list[str]) -> None:
        """Channels and packages: those of the features first, as pixi has it."""
        ranked: list[tuple[int, str, Node]] = []
        for name in features:
            ranked += self.features.channels(name)
        if DEFAULT in features or not features:
            ranked += self.features.ranked(f"{self.workspace_name}.channels", self.workspace.get("channels"))
        for _, channel, node in sorted(ranked, key=lambda one: -one[0]):
            packages.add_channel(channel, self.document.shown, node.line)
        for name in reversed(features):
            self.features.add_packages(name, packages)

    def _channels(self, block: Block, base: Packages, more: Packages) -> None:
        """Channels of features of an environment that extends another come before those of all."""
        own = [one for one in more.channels if one not in base.channels]
        if own:
            block.attributes = {"channels": texts([*own, *base.channels]) or Text(""), **block.attributes}

    def _alone(self, block: Block, packages: Packages) -> None:
        if not packages.channels and packages.conda:
            for _, channel, node in self.features.ranked("", self.workspace.get("channels")):
                packages.add_channel(channel, self.document.shown, node.line)
        apart = Spec()
        packages.fill(block, apart)

    def _attributes(self, block: Block, features: list[str]) -> None:
        """Variables, and what the image needs."""
        variables = Variables(self.asked)
        for name in features:
            self.features.add_variables(name, variables)
        variables.fill(block, self.spec)
        if block.extends and variables.values and self.has_variables:
            block.appended.add("variables")
        docker: dict[str, list[str] | str] = {}
        if not block.extends and self.platforms and self.platforms != ["linux/amd64"]:
            docker["platforms"] = self.platforms
        for name in features:
            if cuda := self.features.cuda(name):
                docker["cuda"] = cuda
        for key, value in docker.items():
            block.inner("docker").add(key, Text(value) if isinstance(value, str) else texts(value))

    def _others(self) -> None:
        document = self.document
        document.rest(
            self.workspace_name,
            self.workspace,
            keys_read(PIXI_TOML, "workspace."),
            _WORKSPACE,
            _WORKSPACE[OTHER],
        )
        document.rest(self.prefix.rstrip("."), self.manifest, _KNOWN, _REASONS, _REASONS[OTHER])
        if not self.prefix:
            return
        known = ("name", "dependencies", "optional-dependencies", "requires-python")
        document.rest("project", self.project, known, {}, reason_of(PROJECT, "project.version"))
        reason = reason_of(PROJECT, "build-system")
        document.rest(
            "", document.root, ("project", "tool", "dependency-groups"), {"build-system": reason}, reason
        )
        document.rest("tool", document.root.get("tool"), ("pixi",), {}, reason_of(PROJECT, "tool.*"))
