"""Names that a reference could go on with."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.matrix import columns
from envspec.check.written import Written, bases_of
from envspec.editor.analysis import Analysis
from envspec.editor.completion.proposal import Proposal
from envspec.editor.cursor import Cursor
from envspec.editor.documentation import about_named_block
from envspec.editor.names import KEYED
from envspec.language.attributes import BUILT_IN_TARGETS
from envspec.language.schema import PLURALS
from envspec.resolve.modules import ModuleScope
from envspec.resolve.params import param_type
from envspec.syntax.nodes import Attribute, Identifier, MapValue

_ROOTED = ("run", "secret", "target")
_MOST_CELLS = 50


def wanted_kinds(cursor: Cursor) -> list[str]:
    """The kinds of block that a reference at the cursor may name."""
    kind = cursor.type
    if kind is None:
        return []
    found = [option.target for option in (kind, *kind.options) if option.kind == "reference"]
    if kind.kind == "run_input":
        found.append("run")
    return found


def blocks(cursor: Cursor, analysis: Analysis, kind: str, prefix: str = "") -> Iterator[Proposal]:
    """The blocks of a kind in this file and in what it imports, each cell of a matrix by itself."""
    module = analysis.module
    yield from _blocks_of(cursor, analysis, module, kind, prefix)
    for alias, scope in module.imports.items():
        if scope is not None:
            yield from _blocks_of(cursor, analysis, scope, kind, f"{prefix}{alias}.")
    if kind == "target" and not prefix:
        for name in BUILT_IN_TARGETS:
            yield Proposal(
                name, "word", cursor.start, cursor.end, doc="A target that is always there.", rank=6
            )


def _blocks_of(
    cursor: Cursor, analysis: Analysis, module: ModuleScope, kind: str, prefix: str
) -> Iterator[Proposal]:
    own = cursor.block
    for name, block in module.blocks.get(kind, {}).items():
        if module is analysis.module and own == (kind, name):
            continue  # nothing refers to itself
        written = Written(module, block)
        doc = about_named_block(kind, written)
        names = _with_cells(analysis, kind, module.qualified(name), name)
        if kind == "run":
            outputs = keys_of(written, kind, "outputs")
            names = [f"{cell}.outputs.{output}" for cell in names for output in outputs]
        for text in names:
            label = f"{prefix}{text}"
            yield Proposal(label, "block", cursor.start, cursor.end, detail=kind, doc=doc, rank=2)


def _with_cells(analysis: Analysis, kind: str, identifier: str, name: str) -> list[str]:
    """`NAME`, or `NAME[KEY=VALUE]` for each cell, as the document has them."""
    from envspec.syntax.strings import quote

    items = analysis.checked.resolution.document.get(PLURALS[kind], {}).values()
    found = []
    for item in items:
        if isinstance(item, dict) and item.get("name") == identifier and item.get("cell"):
            cell = ", ".join(
                f"{key}={quote(value) if isinstance(value, str) else str(value).lower()}"
                for key, value in sorted(item["cell"].items())
            )
            found.append(f"{name}[{cell}]")
    return found[:_MOST_CELLS] or [name]


def keys_of(written: Written, kind: str, attribute: str) -> list[str]:
    """The keys of a map attribute in a block and all that it extends."""
    found: dict[str, None] = {}
    for one in (*reversed(bases_of(written, kind)), written):
        for entry in one.block.body.entries:
            if isinstance(entry, Attribute) and entry.name.text == attribute:
                if entry.operator == "=":
                    found.clear()
                if isinstance(entry.value, MapValue):
                    for item in entry.value.entries:
                        key = item.key.text if isinstance(item.key, Identifier) else item.key.plain
                        if key:
                            found[key] = None
    return list(found)


def bases(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """What a block could extend: those of its kind, but not itself."""
    words = analysis.source.line(analysis.source.line_of(cursor.start)).split()
    label = words[1] if len(words) > 1 else ""
    module: ModuleScope | None = analysis.module
    prefix = ""
    if cursor.segments:
        module = analysis.module.imports.get(cursor.segments[0])
    scopes = [(prefix, module)]
    if not cursor.segments:
        scopes += [(f"{alias}.", scope) for alias, scope in analysis.module.imports.items()]
    for before, scope in scopes:
        for name, block in (scope.blocks.get(cursor.attribute, {}) if scope else {}).items():
            if scope is analysis.module and name == label:
                continue
            assert scope is not None
            doc = about_named_block(cursor.attribute, Written(scope, block))
            yield Proposal(before + name, "block", cursor.start, cursor.end, detail=cursor.attribute, doc=doc)


def own_keys(cursor: Cursor, analysis: Analysis, root: str) -> list[str]:
    """What `inputs.`, `outputs.` and `matrix.` have in the block of the cursor."""
    kind, label = cursor.block
    block = analysis.module.blocks.get(kind, {}).get(label)
    return [] if block is None else keys_of(Written(analysis.module, block), kind, root)


def roots(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """Whole references by `param`, `matrix`, `inputs`, `outputs`, as they can stand in any value."""
    word = (cursor.start, cursor.end)
    for name, param in analysis.module.params.items():
        yield Proposal(f"param.{name}", "param", *word, detail=param_type(param), rank=6)
    fills_in = cursor.attribute in ("command", "variables") or cursor.in_hole
    inside = {frame.name for frame in cursor.frames}
    for root in KEYED:
        if root == "matrix" or fills_in or inside & {"command", "variables"}:
            for key in own_keys(cursor, analysis, root):
                yield Proposal(f"{root}.{key}", "key", *word, rank=4)


def members(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """What can follow the last dot; without a dot, in `${`, all that can stand there."""
    word = (cursor.start, cursor.end)
    segments = cursor.segments
    if not segments:
        yield from roots(cursor, analysis)
        return
    root = segments[0]
    module: ModuleScope | None = analysis.module
    if segments == ("param",):
        for name, param in analysis.module.params.items():
            yield Proposal(name, "param", *word, detail=param_type(param))
    elif len(segments) == 1 and root in KEYED:
        for key in own_keys(cursor, analysis, root):
            yield Proposal(key, "key", *word)
    elif len(segments) > 1 and segments[-1] == "outputs":
        path = segments[1:-1] if root == "run" else segments[:-1]
        for written in _named(analysis, "run", path):
            for key in keys_of(written, "run", "outputs"):
                yield Proposal(key, "key", *word, doc="An output of that run.")
    elif root in _ROOTED:
        if len(segments) == 2 and segments[1] in analysis.module.imports:
            module = analysis.module.imports[segments[1]]
        elif len(segments) > 1:
            if root == "run":
                yield Proposal("outputs", "keyword", *word)
            return
        elif root == "run":
            for alias, scope in analysis.module.imports.items():
                if scope is not None and scope.blocks.get("run"):
                    yield Proposal(alias, "import", *word)
        if module is not None:
            yield from _plain(cursor, analysis, module, root)
    elif len(segments) == 1:
        module = analysis.module.imports.get(root)
        for kind in wanted_kinds(cursor):
            if module is not None:
                yield from _plain(cursor, analysis, module, kind)


def _plain(cursor: Cursor, analysis: Analysis, module: ModuleScope, kind: str) -> Iterator[Proposal]:
    for name, block in module.blocks.get(kind, {}).items():
        if module is analysis.module and cursor.block == (kind, name):
            continue
        doc = about_named_block(kind, Written(module, block))
        for text in _with_cells(analysis, kind, module.qualified(name), name):
            yield Proposal(text, "block", cursor.start, cursor.end, detail=kind, doc=doc)


def _named(analysis: Analysis, kind: str, path: tuple[str, ...]) -> Iterator[Written]:
    module: ModuleScope | None = analysis.module
    if len(path) == 2:
        module = analysis.module.imports.get(path[0])
    block = module.blocks.get(kind, {}).get(path[-1]) if module is not None and path else None
    if module is not None and block is not None:
        yield Written(module, block)


def named_with_cells(cursor: Cursor, analysis: Analysis) -> Iterator[tuple[Written, str]]:
    """The blocks that may be meant before `[`, with their kinds."""
    path = cursor.frame.cell_of
    for kind in ("environment", "run"):
        inner = path[1:] if path[:1] == (kind,) else path
        for written in _named(analysis, kind, inner):
            yield written, kind


def cell_values(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """The values that the matrix gives to a key."""
    for written, kind in named_with_cells(cursor, analysis):
        for owner in (written, *bases_of(written, kind)):
            for key, column in columns(owner.block):
                for value in column.items if key == cursor.attribute else ():
                    text = owner.module.source.text[value.span.start : value.span.end]
                    yield Proposal(text, "value", cursor.start, cursor.end)
