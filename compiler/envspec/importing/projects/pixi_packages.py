"""Packages of a pixi manifest: conda dependencies as MatchSpecs, and those of PyPI as requirements."""

from __future__ import annotations

import re

from envspec.importing.entries import Packages
from envspec.importing.fields.pixi import PIXI_TOML
from envspec.importing.fields.row import reason_of
from envspec.importing.projects.direct_references import KEYS, add_direct, is_direct
from envspec.importing.projects.document import Document
from envspec.importing.projects.version_tables import add_version, extras_of
from envspec.importing.spec import Item, Items, Text
from envspec.importing.yaml_text import Node
from envspec.packages.pip import normalized_name

_BRACKETS = {"build-number": "build_number", "md5": "md5", "sha256": "sha256", "subdir": "subdir"}
_CONDA_KEYS = {"version", "build", "channel", *_BRACKETS}
_PYPI_KEYS = KEYS | {"version", "extras", "index", "env-markers"}
_SOURCE = reason_of(PIXI_TOML, "dependencies.*.path")


def add_conda(document: Document, packages: Packages, what: str, name: str, node: Node) -> None:
    if any(key in node.entries for key in ("git", "url", "path")):
        document.dropped(what, node, _SOURCE)
        return
    found = document.versioned(what, node)
    if found is None:
        return
    table, version = found
    build = document.word(f"{what}.build", table.get("build", Node()))
    channel = document.word(f"{what}.channel", table.get("channel", Node()))
    brackets = ",".join(
        f'{key}="{table[one].text}"'
        for one, key in _BRACKETS.items()
        if table.get(one, Node()).kind == "scalar"
    )
    wanted = _exact(version.strip()) if version.strip() not in ("", "*") or build else ""
    words = [f"{channel}::{name}" if channel else name, wanted or ("*" if build else ""), build]
    text = " ".join(word for word in words if word) + (f"[{brackets}]" if brackets else "")
    if node.kind == "mapping":
        document.rest(what, node, _CONDA_KEYS, {}, reason_of(PIXI_TOML, "dependencies.*.any other key"))
    packages.add_conda(document.entry(text, node, name, what=document.what(name, node)))


def add_pypi(document: Document, packages: Packages, what: str, name: str, node: Node) -> None:
    found = document.versioned(what, node)
    if found is None:
        return
    table, version = found
    marker = document.word(f"{what}.env-markers", table.get("env-markers", Node()))
    extras = extras_of(document, what, table)
    if node.kind == "mapping":
        document.rest(what, node, _PYPI_KEYS, {}, reason_of(PIXI_TOML, "pypi-dependencies.*.any other key"))
    if is_direct(table):
        add_direct(document, packages, what, node, name, table, extras=extras, marker=marker, key=name)
        return
    if url := document.word(f"{what}.index", table.get("index", Node())):
        _own_index(document, packages, name, url, table["index"])
    add_version(
        document, packages, what, node, name, version, document.what(name, node), extras=extras, marker=marker
    )


def _own_index(document: Document, packages: Packages, name: str, url: str, node: Node) -> None:
    """`index` of a package: it comes from there, and from there only."""
    known = len(packages.indexes)
    packages.add_index(url, document.entry(url, node))
    index = next((one for one in packages.indexes if one.attributes.get("url") == Text(url)), None)
    if index is None:
        return
    listed = index.attributes.get("packages")
    item = Item(Text(normalized_name(name)))
    if isinstance(listed, Items):
        if item not in listed.items:
            index.attributes["packages"] = Items((*listed.items, item))
    elif len(packages.indexes) > known:
        index.attributes["packages"] = Items((item,))


def _exact(version: str) -> str:
    """A version of pixi as a MatchSpec has it: what stands without an operator is exact."""
    head, space, build = (
        version.partition(" ") if re.match(r"\S+ +[^<>=!~,|\s]+\Z", version) else (version, "", "")
    )
    parts = [
        f"=={part}" if re.fullmatch(r"[0-9][A-Za-z0-9._!+]*", part) and not build else part
        for part in re.split(r"([,|()])", head.replace(" ", ""))
    ]
    return "".join(parts) + space + build.strip()
