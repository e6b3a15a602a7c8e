"""Packages that a table names by where they are: a repository, an address, a path.

uv, Poetry, Pipenv, PDM and pixi write them alike: `{ git = "…", rev = "…", subdirectory = "…" }`, `{ url = "…" }`,
`{ path = "…", editable = true }`. In the language they are a direct reference (PEP 508) or a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.importing.entries import Packages
from envspec.importing.projects.document import Document
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_SCP = lazy_pattern(r"(?P<user>[A-Za-z0-9_.-]+@)?(?P<host>[A-Za-z0-9.-]+\.[A-Za-z]+):(?P<path>[^/\s][^\s]*)")
_PLACES = ("git", "url", "path", "file", "directory")
_REVISIONS = ("rev", "tag", "branch", "ref")
KEYS = frozenset({*_PLACES, *_REVISIONS, "subdirectory", "editable", "develop"})
"""Keys of such a table that `add_direct` accounts for."""


def is_direct(table: Mapping[str, Node]) -> bool:
    return any(key in table for key in _PLACES)


def add_direct(
    document: Document,
    packages: Packages,
    what: str,
    node: Node,
    name: str,
    table: Mapping[str, Node],
    *,
    extras: str = "",
    marker: str = "",
    key: str = "",
    why: str = "",
) -> None:
    """Adds the package `name` from where `table` says it is. `what` and `node` are the entry of the report; `extras` is
    `[a,b]`; `key` is the name before a table, for comments."""
    address, place = "", ""
    if "git" in table:
        address = git_address(document.word(f"{what}.git", table["git"]))
        revision = next((table[one].text for one in _REVISIONS if one in table), "")
        if address and revision:
            address += f"@{revision}"
    elif "url" in table:
        address = document.word(f"{what}.url", table["url"])
    else:
        written = next(document.word(f"{what}.{one}", table[one]) for one in _PLACES if one in table)
        if re.match(r"[a-z+]+://", written):
            address = written
        else:
            place = written
    if address:
        subdirectory = table.get("subdirectory", Node()).text
        address += f"#subdirectory={subdirectory}" if subdirectory else ""
        text = f"{name}{extras} @ {address}" + (f" ; {marker}" if marker else "")
    elif place:
        relative = place if place.startswith((".", "/", "~")) else f"./{place}"
        editable = any(table.get(one, Node()).text == "true" for one in ("editable", "develop"))
        text = f"-e {relative}{extras}" if editable else f"{relative}{extras}"
        if marker:
            why = "; ".join(filter(None, (why, f"a path takes no marker: `{marker}` is not looked at")))
    else:
        document.dropped(what, node, "it does not say where the package is")
        return
    packages.add_pip(document.entry(text, node, key, what=document.what(what, node), why=why))


def git_address(written: str) -> str:
    """The address of a repository as pip has it, empty when it has none there."""
    if written.startswith("git+"):
        return written
    if re.match(r"(https?|ssh|git|file)://", written):
        return f"git+{written}"
    match = _SCP.fullmatch(written)
    return f"git+ssh://{match['user'] or 'git@'}{match['host']}/{match['path']}" if match else ""
