"""The matrix of a block as it is written: its keys and values with their places, and which of them are used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from envspec.check.written import Written, attribute_of, bases_of, references
from envspec.diagnostics import Span
from envspec.ir.types import Project
from envspec.resolve.project import Resolution
from envspec.syntax.nodes import Block, Identifier, ListValue, MapValue


def columns(block: Block) -> Iterator[tuple[str, ListValue]]:
    """The keys and lists of the matrix that the block itself writes."""
    attribute = attribute_of(block, "matrix")
    if attribute is None or not isinstance(attribute.value, MapValue):
        return
    for entry in attribute.value.entries:
        key = entry.key.text if isinstance(entry.key, Identifier) else entry.key.plain
        if key is not None and isinstance(entry.value, ListValue):
            yield key, entry.value


def value_of(text: str, known: Sequence[object]) -> object:
    """Which of the known values a literal is; None for what is no plain literal."""
    found = [value for value in known if value is not None and _written(value, text)]
    return found[0] if found else None


def _written(value: object, text: str) -> bool:
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, str):
        return text == f'"{value}"'
    try:
        return isinstance(value, int | float) and float(text) == value
    except ValueError:
        return False


def keys_read(blocks: Sequence[Block]) -> set[str]:
    """The keys of `matrix.KEY` in the blocks."""
    return {
        found.segments[1].name
        for block in blocks
        for found in references(block)
        if len(found.segments) > 1 and found.segments[0].name == "matrix"
    }


def used_of_imports(project: Project, resolution: Resolution) -> set[Span]:
    """The places of what this root file uses of matrices in imported files: values by which it names a cell, and keys
    that a block of its own reads."""
    imported = {module.qualified(""): module for module in resolution.modules.values() if module.alias}
    if not imported:
        return set()
    found: set[Span] = set()
    root = resolution.modules[resolution.file]
    for kind in ("environment", "run"):
        for block in root.blocks.get(kind, {}).values():
            bases = bases_of(Written(root, block), kind)
            read = keys_read([block]) if bases else set()
            for base in bases:
                found |= {values.span for key, values in columns(base.block) if key in read}
    for environment in project.environments.values():
        alias, dot, name = environment.name.rpartition(".")
        module = imported.get(alias + dot)
        named = module.blocks.get("environment", {}).get(name) if module is not None and dot else None
        if module is None or named is None or not environment.cell:
            continue
        for key, values in columns(named):
            for value in values.items:
                text = module.source.text[value.span.start : value.span.end]
                if value_of(text, [environment.cell.get(key)]) is not None:
                    found.add(value.span)
    return found
