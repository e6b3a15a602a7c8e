"""A package of PyPI as Pipenv and pixi have it: a version, or a table with one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.importing.entries import Packages
from envspec.importing.projects.document import Document
from envspec.importing.yaml_text import Node


def extras_of(document: Document, what: str, table: Mapping[str, Node]) -> str:
    """`[a,b]` of a list `extras`, empty when there is none."""
    words = document.words(f"{what}.extras", table.get("extras", Node()))
    return f"[{','.join(one.text for one in words)}]" if words else ""


def add_version(
    document: Document, packages: Packages, what: str, node: Node, name: str, version: str, shown: str, *,
    extras: str = "", marker: str = "",
) -> None:  # fmt: skip
    """Adds the package. `what` is the path of keys to it, `shown` how the report has it with its value."""
    clauses = "" if version.strip() in ("", "*") else version.strip()
    why = ""
    if re.match(r"v?[0-9]", clauses):
        clauses, why = f"=={clauses}", "a version without an operator is exact"
    if clauses and clauses[0] not in "<>=!~":
        document.dropped(what, node, "it is no version: write `==1.2`, `>=1.2` or `*`")
        return
    text = f"{name}{extras}{clauses}" + (f" ; {marker}" if marker else "")
    packages.add_pip(document.entry(text, node, name, what=shown, why=why))
