"""`Pipfile` and `Pipfile.lock` of Pipenv.

Source: Pipenv's documentation, "Pipfile & Pipfile.lock" and "Specifiers". A folder is read by its `Pipfile`; the lock is
read when it is named, and then every version is exact. `packages` make the environment, `dev-packages` and every other
category one that extends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.importing.asked import Asked
from envspec.importing.default_index import NAME, is_default
from envspec.importing.entries import Packages
from envspec.importing.fields.binder import THE_FOLDER
from envspec.importing.fields.pipfile import PIPFILE
from envspec.importing.fields.row import keys_read, reason_of
from envspec.importing.projects.direct_references import KEYS, add_direct, is_direct
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.projects.script_runs import script_run
from envspec.importing.projects.version_tables import add_version, extras_of
from envspec.importing.spec import Block, Spec, Text, texts
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

MARKER_KEYS = (
    "os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_release",
    "platform_system", "platform_version", "python_version", "python_full_version", "implementation_name",
    "implementation_version",
)  # fmt: skip
_PACKAGE_KEYS = KEYS | {"version", "extras", "markers", "index", *MARKER_KEYS}
_PIPENV = reason_of(PIPFILE, "pipenv.*")
NO_CATEGORY = reason_of(THE_FOLDER, "Pipfile: another category")
_NO_GROUPS = ("source", "requires", "scripts", "pipenv", "packages")


def read(asked: Asked) -> Spec:
    """An environment, one for each other category, and a run for each script that is a plain command."""
    if asked.path.name.endswith(".lock") or asked.path.suffix == ".json":
        from envspec.importing.projects.pipfile_lock import read_lock

        return read_lock(asked)
    document = toml_document(asked, asked.path)
    root = document.root
    spec = Spec(above=document.head())
    environment, base = Block("environment", asked.name), Packages(asked)
    read_sources(document, base, "source", root.get("source"), _pinned(root))
    read_requires(document, environment, "requires", root.get("requires"))
    for name, node in document.entries("packages", root.get("packages")).items():
        add_pipenv(document, base, f"packages.{name}", name, node)
    spec.blocks.append(environment)
    base.fill(environment, spec)
    for category, table in root.entries.items():
        if category in _NO_GROUPS:
            continue
        if table.kind != "mapping":
            document.dropped(category, table, reason_of(PIPFILE, "packages.*.any other key"))
            continue
        more = based_on(asked, base)
        for name, node in table.entries.items():
            add_pipenv(document, more, f"{category}.{name}", name, node)
        add_category(spec, environment.label, category, base, more)
    document.rest("pipenv", root.get("pipenv"), (), {}, _PIPENV)
    if root.get("pipenv").kind == "scalar":
        document.dropped("pipenv", root.get("pipenv"), _PIPENV)
    _scripts(document, spec, environment.label, root.get("scripts"))
    return spec if _says_something(root) else Spec()


def add_pipfile(asked: Asked, environment: Block, packages: Packages) -> None:
    """What `pipenv install --dev` takes of a `Pipfile`, or of its lock, in one environment."""
    if asked.path.name.endswith(".lock"):
        from envspec.importing.projects.pipfile_lock import add_lock

        add_lock(asked, environment, packages)
        return
    document = toml_document(asked, asked.path)
    root = document.root
    read_sources(document, packages, "source", root.get("source"), _pinned(root))
    read_requires(document, environment, "requires", root.get("requires"))
    for category in ("packages", "dev-packages"):
        for name, node in document.entries(category, root.get(category)).items():
            add_pipenv(document, packages, f"{category}.{name}", name, node)
    known = (*_NO_GROUPS[:2], "packages", "dev-packages")
    reasons = {"pipenv": _PIPENV, "scripts": reason_of(THE_FOLDER, "Pipfile: `scripts`")}
    document.rest("", root, known, reasons, NO_CATEGORY)


def _says_something(root: Node) -> bool:
    return any(
        node.kind == "mapping" and key not in ("source", "pipenv") for key, node in root.entries.items()
    )


def add_category(spec: Spec, base_label: str, category: str, base: Packages, more: Packages) -> None:
    block = block_of(spec, base_label, "dev" if category in ("dev-packages", "develop") else category)
    block.above.append(f"`{category}`")
    fill_extending(block, base, more)
    if block.attributes:
        spec.blocks.append(block)


def read_sources(
    document: Document, packages: Packages, what: str, node: Node, pinned: Mapping[str, list[str]]
) -> None:
    """Indexes. The first is the default one; a package that names another comes from there only."""
    for number, row in enumerate(document.tables(what, node)):
        name, url = row.get("name").text, document.word(f"{what}.url", row.get("url"))
        reason = reason_of(PIPFILE, "source[].any other key")
        document.rest(what, row, keys_read(PIPFILE, "source[]."), {}, reason)
        if not url:
            document.dropped(what, row, "it has no address")
        elif is_default(document.asked, url):
            document.carried(f"{what}.url", row.get("url"), "the default index")
        else:
            url = re.sub(r"\$(?!\{)([A-Za-z_][A-Za-z0-9_]*)", r"${\1}", url)
            known = len(packages.indexes)
            packages.add_index(url, document.entry(url, row.get("url")), only=number == 0, name=name)
            if number and pinned.get(name) and len(packages.indexes) > known:
                packages.indexes[-1].add("packages", texts(dict.fromkeys(pinned[name])))


def _pinned(root: Node) -> Mapping[str, list[str]]:
    """By the name of a source, the packages that name it."""
    found: dict[str, list[str]] = {}
    for key, table in root.entries.items():
        if key in ("source", "requires", "scripts", "pipenv"):
            continue
        for name, node in table.entries.items():
            if node.get("index").kind == "scalar":
                found.setdefault(node.get("index").text, []).append(normalized_name(name))
    return found


def read_requires(document: Document, environment: Block, what: str, node: Node) -> None:
    """`python_version = "3.11"`, or `python_full_version`, which says more."""
    for key in ("python_full_version", "python_version"):
        value = document.entries(what, node).get(key, Node())
        text = document.word(f"{what}.{key}", value)
        if not text:
            continue
        problem = parse_python(text)
        if text == "*":
            document.carried(f"{what}.{key}", value, "any Python")
        elif "python" in environment.attributes:
            document.dropped(f"{what}.{key}", value, "`python_full_version` is taken")
        elif isinstance(problem, PackageProblem):
            document.dropped(f"{what}.{key}", value, problem.message)
        else:
            environment.add("python", Text(text))
            document.carried(f"{what}.{key}", value, "python")
    document.rest(what, node, keys_read(PIPFILE, "requires."), {}, _PIPENV)


def add_pipenv(document: Document, packages: Packages, what: str, name: str, node: Node) -> None:
    """Adds a package: a version, or a table."""
    found = document.versioned(what, node)
    if found is None:
        return
    table, version = found
    extras = extras_of(document, what, table)
    marker = marker_of(document, what, table)
    if node.kind == "mapping":
        document.rest(what, node, _PACKAGE_KEYS, {}, reason_of(PIPFILE, "packages.*.any other key"))
    shown = document.what(what.rpartition(".")[2] if what.count(".") == 1 else name, node)
    if is_direct(table):
        add_direct(document, packages, what, node, name, table, extras=extras, marker=marker, key=name)
        return
    if "index" in table:
        _index(document, packages, f"{what}.index", table["index"])
    add_version(document, packages, what, node, name, version, shown, extras=extras, marker=marker)


def _index(document: Document, packages: Packages, what: str, node: Node) -> None:
    name = document.word(what, node)
    label = name_of(name.replace(".", "-"), "index")
    index = next((block for block in packages.indexes if block.label == label), None)
    if index is not None:
        document.carried(what, node, f"index {label}")
    elif name.lower() == NAME:
        document.carried(what, node, "the default index")
    elif name:
        document.dropped(what, node, f"there is no source `{name}`")


def marker_of(document: Document, what: str, table: Mapping[str, Node]) -> str:
    """`markers`, and keys that are a marker each: `sys_platform = "== 'win32'"`."""
    parts = []
    if text := document.word(f"{what}.markers", table.get("markers", Node())):
        parts.append(text)
    for key in MARKER_KEYS:
        text = document.word(f"{what}.{key}", table.get(key, Node()))
        if text:
            parts.append(
                f"{key} {text}" if re.match(r"\s*([<>=!~]|in\b|not\b)", text) else f"{key} == '{text}'"
            )
    if len(parts) < 2:
        return "".join(parts)
    return " and ".join(f"({part})" if re.search(r"\bor\b", part) else part for part in parts)


def _scripts(document: Document, spec: Spec, environment: str, node: Node) -> None:
    """`train = "python train.py"`; what is no plain command stays with Pipenv."""
    for name, value in document.entries("scripts", node).items():
        what = f"scripts.{name}"
        run = script_run(document, spec, environment, what, name, value)
        if run is not None:
            spec.blocks.append(run)
            document.asked.report.carried(what, document.shown, value.line, f"run {run.label}")
