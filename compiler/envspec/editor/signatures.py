"""The form of what is being written: of a record's map, of a reference to a cell, of a statement."""

from __future__ import annotations

from envspec.check.matrix import columns
from envspec.check.written import bases_of
from envspec.editor.analysis import Analysis
from envspec.editor.completion.references import named_with_cells
from envspec.editor.cursor import cursor_at
from envspec.frozen import Frozen, frozen
from envspec.language.attributes import BLOCKS, PARAM_TYPES
from envspec.language.types import describe


@frozen
class Signature(Frozen):
    """`parameters` are parts of `label`, each with its documentation; `active` is the index of the one that the
    cursor is at, None when it is at none."""

    label: str
    doc: str
    parameters: tuple[tuple[str, str], ...]
    active: int | None = None


def signature(analysis: Analysis, offset: int) -> Signature | None:
    """None where there is no form to show."""
    cursor = cursor_at(analysis.source, offset)
    frame = cursor.frame
    if frame.kind == "cell":
        return _of_cell(analysis, offset)
    if frame.table is not None and not frame.table.labelled:
        parameters = tuple((row.name, f"{row.doc} {describe(row.type)}.") for row in frame.table.attributes)
        names = [row.name for row in frame.table.attributes]
        written = cursor.attribute or analysis.source.text[cursor.start : cursor.end]
        active = names.index(written) if written in names else None
        return Signature(f"{frame.table.name} {{ {', '.join(names)} }}", frame.table.doc, parameters, active)
    return _of_statement(analysis, offset) if frame.kind == "file" else None


def _of_cell(analysis: Analysis, offset: int) -> Signature | None:
    cursor = cursor_at(analysis.source, offset)
    found: dict[str, str] = {}
    for block, kind in named_with_cells(cursor, analysis):
        for owner in (block, *bases_of(block, kind)):
            for key, column in columns(owner.block):
                text = owner.module.source.text
                values = " | ".join(text[v.span.start : v.span.end] for v in column.items)
                found.setdefault(key, values)
    if not found:
        return None
    written = cursor.attribute or analysis.source.text[cursor.start : cursor.end]
    parts = tuple(
        (f"{key}={values}", "A key of the matrix, and its values.") for key, values in found.items()
    )
    label = f"{'.'.join(cursor.frame.cell_of)}[{', '.join(part for part, _ in parts)}]"
    active = list(found).index(written) if written in found else None
    return Signature(label, "One cell of the matrix.", parts, active)


def _of_statement(analysis: Analysis, offset: int) -> Signature | None:
    """By the words of the line before the cursor."""
    source = analysis.source
    start = source.line_starts[source.line_of(offset) - 1]
    line = source.text[start:offset]
    words = line.split()
    if not words or line[0].isspace() or (len(words) == 1 and not line[-1].isspace()):
        return None
    at = len(words) - (0 if line[-1].isspace() else 1)
    parts: tuple[tuple[str, str], ...]
    if words[0] == "param":
        types = ", ".join(PARAM_TYPES)
        parts = (
            ("NAME", "What it is called."),
            ("TYPE", f"One of {types}."),
            ("VALUE", "What holds unless it is given."),
        )
        active = 2 if "=" in words[:at] else 1 if ":" in words[:at] else 0
        return Signature(
            "param NAME : TYPE = VALUE", "A value that can be given from outside.", parts, active
        )
    if words[0] == "import":
        parts = (('"PATH"', "Relative to this file."), ("NAME", "By which its blocks are known here."))
        return Signature(
            'import "PATH" as NAME', "The blocks of another file.", parts, 1 if "as" in words[:at] else 0
        )
    kind = BLOCKS.get(words[0])
    if kind is None or "{" in line:
        return None
    parts = (("NAME", "What it is called."),)
    if not kind.extends:
        return Signature(f"{kind.name} NAME {{ … }}", kind.doc, parts, 0)
    parts = (*parts, ("BASE", f"Another {kind.name}, whose attributes it takes over."))
    active = 1 if "extends" in words[:at] else 0
    return Signature(f"{kind.name} NAME extends BASE {{ … }}", kind.doc, parts, active)
