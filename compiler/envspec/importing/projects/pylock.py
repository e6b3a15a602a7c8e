"""`pylock.toml` (PEP 751): the packages of an environment, as exact requirements.

What is installed unasked, with the default groups, makes the environment; each extra and each other group one that
extends it. The file does not say what was asked for directly; where it says what each package needs, that is what
nothing else needs.
"""

from __future__ import annotations

import re

from envspec.importing.asked import Asked, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.pylock import PYLOCK_TOML
from envspec.importing.fields.row import OTHER, keys_read, reasons
from envspec.importing.projects.direct_references import git_address
from envspec.importing.projects.document import toml_document
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.projects.lock_indexes import add_registries
from envspec.importing.projects.marker_sets import Universe
from envspec.importing.projects.pinned import Pin, Pins
from envspec.importing.spec import Block, Spec, Text, references
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.pip import normalized_name
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

_REASONS, _OF_PACKAGE = reasons(PYLOCK_TOML), reasons(PYLOCK_TOML, "packages[].")
_HASH = lazy_pattern(r"\b(?:sha256|sha384|sha512|blake2b|md5|sha1)\s*=\s*[\"']")


def read(asked: Asked) -> Spec:
    """An environment, and one for each extra and group."""
    document = toml_document(asked, asked.path)
    root = document.root
    if not re.fullmatch(r"1\.\d+", root.get("lock-version").text):
        raise unreadable(asked, asked.path, "it has no `lock-version` of PEP 751")
    rows = document.tables("packages", root.get("packages"))
    python = document.word("requires-python", root.get("requires-python"))
    markers = [document.word("packages.marker", row.get("marker")) for row in rows]
    universe = Universe(python, markers)
    pins = [_pin(row) for row in rows]
    writer = Pins(asked, asked.path, universe, pins)
    spec = Spec(above=document.head())
    environment = Block("environment", _name(asked))
    if python:
        problem = parse_python(python)
        if isinstance(problem, PackageProblem):
            document.dropped("requires-python", root.get("requires-python"), problem.message)
        else:
            environment.add("python", Text(python))
            document.carried("requires-python", root.get("requires-python"), "python")
    base = Packages(asked)
    fetched = [row for row in rows if not any(row.get(key).kind for key in ("vcs", "directory", "archive"))]
    registries = [(row.get("name").text, row.get("index")) for row in fetched]
    add_registries(document, base, registries, unnamed=any(not node.text for _, node in registries))
    defaults = [one.text for one in document.words("default-groups", root.get("default-groups"))]
    extras = document.words("extras", root.get("extras"))
    groups = document.words("dependency-groups", root.get("dependency-groups"))
    first = _direct(rows)
    needed = _needed(universe, markers, frozenset(defaults))
    everything = dict(needed)
    writer.add(base, needed, first)
    spec.blocks.append(environment)
    base.fill(environment, spec)
    for kind, listed in (("extra", extras), ("group", groups)):
        for node in listed:
            if kind == "group" and node.text in defaults:
                document.carried(f"dependency-groups: {node.text}", node, f"environment {environment.label}")
                continue
            with_it = _needed(universe, markers, frozenset({*defaults, node.text}))
            for number, cells in with_it.items():
                everything[number] = everything.get(number, 0) | cells
            more = based_on(asked, base)
            writer.add(more, with_it, first, needed)
            block = block_of(spec, environment.label, node.text)
            block.above.append(f"the {kind} `{node.text}`")
            fill_extending(block, base, more)
            spec.blocks.append(block)
            document.carried(f"{kind}: {node.text}", node, f"environment {block.label}")
    environment.add("indexes", references(block.label for block in base.indexes))
    writer.tell_rest(everything, "no extra and group has it")
    tools = [row.get("tool") for row in rows if row.get("tool").kind]
    if tools:
        what = f"packages.tool of {len(tools)} {'package' if len(tools) == 1 else 'packages'}"
        asked.report.dropped(what, document.shown, tools[0].line, _OF_PACKAGE["tool"])
    for row in rows:
        document.rest(
            f"packages.{row.get('name').text}",
            row,
            keys_read(PYLOCK_TOML, "packages[].") | {"tool"},
            _OF_PACKAGE,
            _OF_PACKAGE[OTHER],
        )
    document.rest("", root, keys_read(PYLOCK_TOML), _REASONS, _REASONS[OTHER])
    asked.report.hashes(len(_HASH.findall(document.text)), document.shown)
    return spec if rows else Spec()


def _name(asked: Asked) -> str:
    """`pylock.NAME.toml` has a name."""
    match = re.fullmatch(r"pylock\.([^.]+)\.toml", asked.path.name)
    if match is not None and asked.name in ("pylock", "imported"):
        return name_of(match[1], asked.name)
    if asked.name == "pylock":
        return name_of(asked.path.parent.name, "pylock")
    return asked.name


def _needed(universe: Universe, markers: list[str], chosen: frozenset[str]) -> dict[int, int]:
    return {number: universe.cells(marker, chosen=chosen) for number, marker in enumerate(markers)}


def _direct(rows: list[Node]) -> list[int]:
    """What no other package needs, when the file says what each one needs."""
    named = {
        normalized_name(one.get("name").text)
        for row in rows
        for one in row.get("dependencies").items
        if normalized_name(one.get("name").text) != normalized_name(row.get("name").text)
    }
    if not named:
        return []
    return [n for n, row in enumerate(rows) if normalized_name(row.get("name").text) not in named]


def _pin(row: Node) -> Pin:
    name, version, line = row.get("name").text, row.get("version").text, row.line
    what = f"{name} {version}".strip()
    if not name:
        return Pin("", "", line, "packages", "it has no name")
    vcs, directory, archive = row.get("vcs"), row.get("directory"), row.get("archive")
    for table in (vcs, archive):
        if not table.entries:
            continue
        address = table.get("url").text
        subdirectory = table.get("subdirectory").text
        tail = f"#subdirectory={subdirectory}" if subdirectory else ""
        if table is vcs:
            kind = vcs.get("type").text or "git"
            revision = vcs.get("commit-id").text or vcs.get("requested-revision").text
            address = git_address(address) if kind == "git" else f"{kind}+{address}"
            if address.strip("+") in ("", kind):
                return _path(name, vcs.get("path").text, line, what)
            return Pin(
                name,
                f"{name} @ {address}@{revision}{tail}" if revision else f"{name} @ {address}{tail}",
                line,
                what,
            )
        if address:
            return Pin(name, f"{name} @ {address}{tail}", line, what)
        return _path(name, archive.get("path").text, line, what)
    if directory.entries:
        place = directory.get("path").text
        editable = directory.get("editable").text == "true"
        return _path(name, place, line, what, editable=editable)
    if version:
        return Pin(name, f"{name}=={version}", line, what)
    return Pin(name, "", line, what, "it has no version")


def _path(name: str, place: str, line: int, what: str, *, editable: bool = False) -> Pin:
    if not place:
        return Pin(name, "", line, what, "it does not say where the package is")
    place = place if place.startswith((".", "/")) else f"./{place}"
    return Pin(name, f"-e {place}" if editable else place, line, what)
