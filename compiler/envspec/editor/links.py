"""Paths in a file that lead to files which are there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from envspec.diagnostics import Span
from envspec.editor.analysis import Analysis
from envspec.frozen import Frozen, frozen
from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.types import Type
from envspec.resolve.files import OutsideRoot
from envspec.syntax.nodes import Block, Identifier, ListValue, MapValue, StringValue, Value

_IN_SOURCE = {("deployment", "entry")}
"""Attributes that name a file in `source`."""


@frozen
class Link(Frozen):
    """`span` is the text between the quotes; `file` is root-relative, and exists."""

    span: Span
    file: str


def links(analysis: Analysis) -> list[Link]:
    """Imports and values that are paths, in order. Folders are no links: an editor cannot open one."""
    module = analysis.module
    found: dict[Span, Link] = {}
    strings = [(statement.path, module.folder) for statement in module.import_statements.values()]
    for kind, named in module.blocks.items():
        for block in named.values():
            strings.extend(_in_block(block, BLOCKS[kind], module.folder))
    for string, folder in strings:
        written = string.plain
        if not written:
            continue
        try:
            file = analysis.files.locate(written, folder)
        except OutsideRoot:
            continue
        if analysis.files.is_file(file):
            quotes = 3 if string.multiline else 1
            span = Span(string.span.file, string.span.start + quotes, string.span.end - quotes)
            found[span] = Link(span, file)
    return [found[span] for span in sorted(found)]


def _in_block(block: Block, table: BlockKind, folder: str) -> Iterator[tuple[StringValue, str]]:
    source = next((a.value for a in block.body.attributes() if a.name.text == "source"), None)
    below = source.plain if isinstance(source, StringValue) and source.plain else ""
    for attribute in block.body.attributes():
        row = table.attribute(attribute.name.text)
        if (table.name, attribute.name.text) in _IN_SOURCE and isinstance(attribute.value, StringValue):
            yield attribute.value, posixpath.join(folder, below)
        elif row is not None:
            yield from ((string, folder) for string in _in_value(attribute.value, row.type))
    for inner in block.body.blocks():
        kind = RECORDS.get(inner.keyword.text) or BLOCKS.get(inner.keyword.text)
        if kind is not None:
            yield from _in_block(inner, kind, folder)


def _in_value(value: Value, kind: Type) -> Iterator[StringValue]:
    match value:
        case StringValue() if kind.kind in ("path", "run_input"):
            yield value
        case StringValue(parts=(str(text),)) if kind.kind == "pip_package" and text.startswith("."):
            yield value
        case ListValue(items=items) if kind.item is not None:
            for item in items:
                yield from _in_value(item, kind.item)
        case MapValue(entries=entries) if kind.kind == "record" and kind.target in RECORDS:
            for entry in entries:
                key = entry.key.text if isinstance(entry.key, Identifier) else ""
                row = RECORDS[kind.target].attribute(key)
                if row is not None:
                    yield from _in_value(entry.value, row.type)
        case MapValue(entries=entries) if kind.item is not None:
            for entry in entries:
                yield from _in_value(entry.value, kind.item)
