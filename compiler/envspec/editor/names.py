"""Every name in a file with what it means: where it is defined, and where it is used.

A name means a `Target`; two names mean the same thing exactly when their targets are equal, whichever file they
stand in. Names that mean nothing are not here: they have had their finding.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from envspec.check.written import Written, bases_of
from envspec.diagnostics import Span
from envspec.frozen import Frozen, frozen
from envspec.language.attributes import BLOCKS, RECORDS, ROOTS, BlockKind
from envspec.language.types import Type
from envspec.resolve.modules import ModuleScope
from envspec.resolve.suggest import nearest
from envspec.syntax.nodes import (
    Block,
    Hole,
    Identifier,
    ListValue,
    MapValue,
    Reference,
    Segment,
    StringValue,
    Value,
)

KEYED = ("inputs", "outputs", "matrix")
"""Attributes whose keys are names that references use."""
_ROOTED = frozenset({"run", "secret", "target"})
_ANY = Type("string")


@frozen
class Target(Frozen):
    """`kind` is a kind of block, `param`, `import`, or one of `KEYED`; of a key, `owner` is `KIND NAME` of the
    block that it belongs to: the first of its `extends` chain, so that all of a chain share it."""

    file: str
    kind: str
    name: str
    owner: str = ""


@frozen
class Name(Frozen):
    """`span` covers the name alone; a quoted key with its quotes."""

    span: Span
    target: Target
    defines: bool = False


@frozen
class _Where(Frozen):
    """The file and the block in which a value stands."""

    module: ModuleScope
    block: Block | None = None
    kind: str = ""


def names_in(module: ModuleScope) -> Iterator[Name]:
    """The names of a file in no particular order, each place once."""
    for alias, statement in module.import_statements.items():
        assert statement.alias is not None
        yield Name(statement.alias.span, Target(module.file, "import", alias), defines=True)
    for name, param in module.params.items():
        yield Name(param.name.span, Target(module.file, "param", name), defines=True)
        if param.default is not None:
            yield from _in_value(param.default, _ANY, _Where(module))
    for kind, named in module.blocks.items():
        for name, block in named.items():
            assert block.label is not None
            yield Name(block.label.span, Target(module.file, kind, name), defines=True)
            yield from _in_block(block, BLOCKS[kind], _Where(module, block, kind))


def name_at(module: ModuleScope, offset: int) -> Name | None:
    """The name around an offset; at its end counts too, for that is where people stand after they typed it."""
    found = [name for name in names_in(module) if name.span.start <= offset <= name.span.end]
    return max(found, key=lambda name: name.span.start, default=None)


def block_of(target: Target, modules: dict[str, ModuleScope]) -> Written | None:
    """The block that a target is, or to which a key belongs."""
    module = modules.get(target.file)
    if module is None:
        return None
    kind, name = target.owner.split(" ", 1) if target.owner else (target.kind, target.name)
    block = module.blocks.get(kind, {}).get(name)
    return None if block is None else Written(module, block)


def key_owner(written: Written, kind: str) -> tuple[str, str]:
    """The file, and the block as `KIND NAME`, to which the keys of a block belong."""
    chain = [written, *bases_of(written, kind)]
    first = chain[-1]
    label = first.block.label
    return first.module.file, f"{kind} {label.text if label else ''}"


def _key(where: _Where, kind: str, name: str) -> Target | None:
    if where.block is None or where.kind not in BLOCKS:
        return None
    file, owner = key_owner(Written(where.module, where.block), where.kind)
    return Target(file, kind, name, owner)


def _in_block(block: Block, table: BlockKind, where: _Where) -> Iterator[Name]:
    if block.extends is not None:
        yield from _to_block(block.extends.segments, table.name, where)
    for attribute in block.body.attributes():
        row = table.attribute(attribute.name.text)
        if row is None:
            meant = nearest(attribute.name.text, (known.name for known in table.attributes))
            row = table.attribute(meant)
        yield from _in_attribute(attribute.name.text, attribute.value, row.type if row else _ANY, where)
    for inner in block.body.blocks():
        kind = RECORDS.get(inner.keyword.text)
        if kind is not None:
            yield from _in_block(inner, kind, where)
        elif inner.keyword.text == "environment":
            yield from _in_block(inner, BLOCKS["environment"], where)


def _in_attribute(name: str, value: Value, kind: Type, where: _Where) -> Iterator[Name]:
    if name in KEYED and isinstance(value, MapValue):
        for entry in value.entries:
            text = entry.key.text if isinstance(entry.key, Identifier) else entry.key.plain
            target = None if text is None else _key(where, name, text)
            if target is not None:
                yield Name(entry.key.span, target, defines=True)
    yield from _in_value(value, kind, where)


def _in_value(value: Value, kind: Type, where: _Where) -> Iterator[Name]:
    match value:
        case Reference():
            yield from _in_reference(value, kind, where)
        case StringValue(parts=parts):
            for part in parts:
                if isinstance(part, Hole):
                    yield from _in_reference(part.reference, _ANY, where)
        case ListValue(items=items):
            for item in items:
                yield from _in_value(item, kind.item or _ANY, where)
        case MapValue(entries=entries):
            table = RECORDS.get(kind.target) if kind.kind == "record" else None
            for entry in entries:
                key = entry.key.text if isinstance(entry.key, Identifier) else ""
                row = table.attribute(key) if table is not None else None
                yield from _in_value(entry.value, row.type if row else kind.item or _ANY, where)


def _in_reference(reference: Reference, kind: Type, where: _Where) -> Iterator[Name]:
    segments = reference.segments
    for segment in segments:
        for cell in segment.cell or ():
            yield from _in_value(cell.value, _ANY, where)
    root = segments[0].name
    targets = [option.target for option in (kind, *kind.options) if option.kind == "reference"]
    if root == "param" and len(segments) == 2:
        if segments[1].name in where.module.params:
            yield _name(segments[1], Target(where.module.file, "param", segments[1].name))
    elif root in KEYED and len(segments) == 2:
        target = _key(where, root, segments[1].name)
        if target is not None:
            yield _name(segments[1], target)
    elif len(segments) > 2 and segments[-2].name == "outputs":
        inner = segments[1:-2] if root == "run" else segments[:-2]
        run = yield from _to_block(inner, "run", where)
        if run is not None:
            file, owner = key_owner(run, "run")
            yield _name(segments[-1], Target(file, "outputs", segments[-1].name, owner))
    elif root in _ROOTED and len(segments) > 1:
        yield from _to_block(segments[1:], root, where)
    elif targets and root not in ROOTS:
        yield from _to_block(segments, targets[0], where)


def _to_block(
    segments: tuple[Segment, ...], kind: str, where: _Where
) -> Generator[Name, None, Written | None]:
    """The names on the way to a block; returns the block itself, if it is there."""
    owner: ModuleScope | None = where.module
    if len(segments) == 2:
        alias = segments[0].name
        if alias in where.module.import_statements:
            yield _name(segments[0], Target(where.module.file, "import", alias))
        owner = where.module.imports.get(alias)
    if owner is None or not 1 <= len(segments) <= 2:
        return None
    block = owner.blocks.get(kind, {}).get(segments[-1].name)
    if block is None:
        return None
    yield _name(segments[-1], Target(owner.file, kind, segments[-1].name))
    found = Written(owner, block)
    for cell in segments[-1].cell or ():
        file, of = key_owner(found, kind)
        yield Name(cell.name.span, Target(file, "matrix", cell.name.text, of))
    return found


def _name(segment: Segment, target: Target) -> Name:
    """A segment's span includes its cell: only its name is a name."""
    span = segment.span
    return Name(Span(span.file, span.start, span.start + len(segment.name)), target)
