"""Indexes that a lock names for its packages.

A package that a lock has from another index than the default one comes from there only, so the index gets it in
`packages`. When every package is of one other index (a mirror), that is the index, and needs no list.
"""

from __future__ import annotations

from collections.abc import Iterable

from envspec.importing.default_index import is_default
from envspec.importing.entries import Entry, Packages
from envspec.importing.projects.document import Document
from envspec.importing.spec import texts
from envspec.importing.yaml_text import Node
from envspec.packages.pip import normalized_name


def add_registries(
    document: Document, packages: Packages, rows: Iterable[tuple[str, Node]], *, unnamed: bool = False
) -> None:
    """`rows` are names of packages, each with the address that the lock has for it (nothing when there is none).
    `unnamed` says that some without an address come from the default index too."""
    by_url: dict[str, tuple[Node, list[str]]] = {}
    for name, node in rows:
        if node.kind == "scalar" and node.text:
            by_url.setdefault(node.text, (node, []))[1].append(normalized_name(name))
    for url, (node, names) in by_url.items():
        if is_default(document.asked, url):
            document.carried(url, node, "the default index")
            continue
        if "://" not in url:
            document.dropped(url, node, "a folder of wheels is no index: name the wheels as paths in `pip`")
            continue
        known = len(packages.indexes)
        entry = document.entry(url, node)
        only = len(by_url) == 1 and not unnamed
        packages.add_index(url, Entry(entry.text, entry.file, entry.line, entry.folder), only=only)
        if not only and len(packages.indexes) > known:
            packages.indexes[-1].add("packages", texts(dict.fromkeys(names)))
