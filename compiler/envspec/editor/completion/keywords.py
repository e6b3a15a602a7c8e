"""Words of the language: statements, attributes, keys."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.matrix import columns
from envspec.check.written import Written, bases_of
from envspec.editor.analysis import Analysis
from envspec.editor.completion.proposal import Proposal
from envspec.editor.cursor import Cursor
from envspec.editor.documentation import about_attribute, about_block
from envspec.language.attributes import BLOCKS, EDITIONS, PARAM_TYPES, RECORDS, Attribute
from envspec.language.types import Type, describe

_QUOTED = frozenset(
    {
        "string", "text", "argument", "script", "path", "output_path", "python", "conda_package", "pip_package",
        "apt_package", "image", "platform", "lock_platform", "user", "label", "url", "channel_name", "registry",
    }
)  # fmt: skip


def statements(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    word = (cursor.start, cursor.end)
    if "edition" not in cursor.frame.names:
        edition = f"edition = {EDITIONS[-1]}"
        yield Proposal("edition", "keyword", *word, edition, edition, "", "The edition of the language.", 0)
    for kind in BLOCKS.values():
        body = "".join(
            f"    {_snippet(row, index + 2, in_block=True)}\n"
            for index, name in enumerate((*kind.required, *kind.exactly_one[:1]))
            if (row := kind.attribute(name)) is not None
        )
        snippet = f"{kind.name} ${{1:name}} {{\n{body}    $0\n}}"
        plain = "" if cursor.complete else f"{kind.name} "
        yield Proposal(
            kind.name, "keyword", *word, plain or kind.name, "" if cursor.complete else snippet,
            "", about_block(kind), 1,
        )  # fmt: skip
    yield Proposal(
        "param", "keyword", *word, "param ", "param ${1:name} = $0", "",
        "A value that can be given from outside: `--set NAME=VALUE`.", 2,
    )  # fmt: skip
    yield Proposal(
        "import", "keyword", *word, "import ", 'import "$1" as ${2:name}', "",
        "Makes the blocks of another file known by a name.", 2,
    )  # fmt: skip


def attributes(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """Those that are not written yet."""
    table = cursor.frame.table
    assert table is not None
    there = set(cursor.frame.names)
    there.discard(analysis.source.text[cursor.start : cursor.end])
    if there.intersection(table.exactly_one):
        there.update(table.exactly_one)
    inherited = _inherited(cursor, analysis) if cursor.frame.kind == "block" else {}
    needed = {*table.required, *table.exactly_one} - inherited.keys()
    for index, row in enumerate(table.attributes):
        if row.name in there:
            continue
        adds = inherited.get(row.name) and row.merge in ("append", "packages", "map")
        plain, snippet = row.name, ""
        if not cursor.complete:
            snippet = _snippet(row, 1, in_block=cursor.frame.kind == "block", operator="+=" if adds else "=")
        yield Proposal(
            row.name, "attribute", cursor.start, cursor.end, plain, snippet, describe(row.type).replace("`", ""),
            about_attribute(row), (0 if row.name in needed else 100) + index,
        )  # fmt: skip


def keys(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """The keys that a map has in what the block extends: with `+=` they are replaced one by one."""
    if len(cursor.frames) < 2:
        return
    kind, label = cursor.block
    block = analysis.module.blocks.get(kind, {}).get(label)
    if block is None:
        return
    there = set(cursor.frame.names)
    for base in bases_of(Written(analysis.module, block), kind):
        for attribute in base.block.body.attributes():
            if attribute.name.text == cursor.frame.name:
                for key in _keys_of(attribute.value):
                    if key not in there:
                        plain = key if cursor.complete else f"{key} = "
                        yield Proposal(key, "key", cursor.start, cursor.end, plain)


def _keys_of(value: object) -> Iterator[str]:
    from envspec.syntax.nodes import Identifier, MapValue

    if isinstance(value, MapValue):
        for entry in value.entries:
            if isinstance(entry.key, Identifier):
                yield entry.key.text


def cell_keys(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """The keys of the matrix of the block that is named before `[`."""
    from envspec.editor.completion.references import named_with_cells

    for written, kind in named_with_cells(cursor, analysis):
        for owner in (written, *bases_of(written, kind)):
            for key, _ in columns(owner.block):
                plain = key if cursor.complete else f"{key}="
                yield Proposal(key, "key", cursor.start, cursor.end, plain, doc="A key of its matrix.")


def param_types(cursor: Cursor) -> Iterator[Proposal]:
    for name in PARAM_TYPES:
        yield Proposal(name, "word", cursor.start, cursor.end)


def _inherited(cursor: Cursor, analysis: Analysis) -> dict[str, bool]:
    """The attributes that the block's bases have."""
    kind, label = cursor.block
    block = analysis.module.blocks.get(kind, {}).get(label)
    if block is None or cursor.frame.name != kind:
        return {}
    bases = bases_of(Written(analysis.module, block), kind)
    return {attribute.name.text: True for base in bases for attribute in base.block.body.attributes()}


def _snippet(row: Attribute, stop: int, *, in_block: bool, operator: str = "=") -> str:
    kind = row.type
    if kind.kind == "record":
        inner = RECORDS.get(kind.target)
        if in_block and inner is not None:
            return f"{row.name} {{\n    ${stop}\n}}"
        return f"{row.name} = {{ ${stop} }}"
    return f"{row.name} {operator} {value_snippet(kind, stop)}"


def value_snippet(kind: Type, stop: int) -> str:
    """The brackets and quotes of a value of the type, with a place to write in."""
    if kind.kind == "list":
        inner = value_snippet(kind.item, stop) if kind.item is not None else f"${stop}"
        return f"[{inner}]"
    if kind.kind in ("map", "record"):
        return f"{{ ${stop} }}"
    if kind.kind == "either" and kind.options[0].kind in _QUOTED:
        return f'"${stop}"'
    return f'"${stop}"' if kind.kind in _QUOTED else f"${stop}"
