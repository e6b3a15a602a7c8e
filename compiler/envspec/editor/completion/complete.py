"""The entry: an analysis and an offset in, proposals out."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.editor.analysis import Analysis
from envspec.editor.completion.keywords import attributes, cell_keys, keys, param_types, statements
from envspec.editor.completion.paths import paths
from envspec.editor.completion.proposal import Proposal
from envspec.editor.completion.references import bases, cell_values, members
from envspec.editor.completion.strings import strings
from envspec.editor.completion.values import values
from envspec.editor.cursor import Cursor, cursor_at
from envspec.language.types import PATH


def complete(analysis: Analysis, offset: int) -> list[Proposal]:
    """What could stand at an offset, the likeliest first. What is written of it already does not choose among them:
    that is the editor's part."""
    cursor = cursor_at(analysis.source, offset)
    seen: dict[str, Proposal] = {}
    for proposal in _at(cursor, analysis):
        seen.setdefault(proposal.label, proposal)
    return sorted(seen.values(), key=lambda proposal: proposal.rank)


def _at(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    word = (cursor.start, cursor.end)
    match cursor.role:
        case "statement":
            yield from statements(cursor, analysis)
        case "attribute":
            yield from attributes(cursor, analysis)
        case "key":
            yield from keys(cursor, analysis)
        case "extends":
            yield Proposal("extends", "keyword", *word, doc="Takes over the attributes of another block.")
        case "base":
            yield from bases(cursor, analysis)
        case "param_type":
            yield from param_types(cursor)
        case "import_as":
            yield Proposal("as", "keyword", *word)
        case "import_path":
            yield from paths(cursor, analysis, PATH, specs=True)
        case "cell_key":
            yield from cell_keys(cursor, analysis)
        case "cell_value":
            yield from cell_values(cursor, analysis)
        case "value" if cursor.in_string:
            yield from strings(cursor, analysis)
        case "value" if cursor.segments or cursor.in_hole:
            yield from members(cursor, analysis)
        case "value":
            yield from values(cursor, analysis)
