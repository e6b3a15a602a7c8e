"""W0314: an attribute that changes nothing: the block inherits that very value.

Only literals are compared, and paths only where both blocks stand in one folder, so that what is reported holds for
certain and its fix is safe.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_statement
from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written, attribute_of, bases_of, same_literal
from envspec.diagnostics import Diagnostic, Fix, Label
from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.types import Type
from envspec.syntax.nodes import Attribute, Block, NoneValue

_PATHS = frozenset({"path", "pip", "run_input"})


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if not subject.certain:
        return
    for kind in ("environment", "run", "deployment"):
        for block in subject.module.blocks.get(kind, {}).values():
            written = Written(subject.module, block)
            bases = bases_of(written, kind)
            if bases:
                yield from _of(subject, written, bases, BLOCKS[kind])


def _of(subject: Subject, written: Written, bases: list[Written], table: BlockKind) -> Iterator[Diagnostic]:
    for entry in written.block.body.entries:
        if isinstance(entry, Block):
            if entry.keyword.text in RECORDS:
                inner = [
                    Written(base.module, found)
                    for base in bases
                    for found in base.block.body.blocks()
                    if found.keyword.text == entry.keyword.text
                ]
                # A map, or `none`, on the way is left to people.
                if all(attribute_of(base.block, entry.keyword.text) is None for base in bases):
                    yield from _of(
                        subject, Written(written.module, entry), inner, RECORDS[entry.keyword.text]
                    )
            continue
        row = table.attribute(entry.name.text)
        if row is None or entry.operator != "=" or row.type.kind == "record":
            continue
        first = _nearest(bases, entry.name.text)
        if isinstance(entry.value, NoneValue) or first is None:
            continue
        base, inherited = first
        if inherited.operator != "=" or not same_literal(entry.value, inherited.value):
            continue
        if _holds_paths(row.type) and base.module.folder != written.module.folder:
            continue
        edit = without_statement(written.module.source, entry.span)
        yield Diagnostic(
            "W0314",
            f"`{entry.name.text}` is inherited with this value already",
            entry.span,
            "changes nothing",
            (Label(inherited.span, "inherited from here"),),
            help="take it away",
            fixes=(Fix("take it away", (edit,)),),
        )


def _nearest(bases: list[Written], name: str) -> tuple[Written, Attribute] | None:
    for base in bases:
        for entry in base.block.body.entries:
            if isinstance(entry, Block):
                if entry.keyword.text == name:
                    return None
            elif entry.name.text == name:
                return base, entry
    return None


def _holds_paths(kind: Type) -> bool:
    inner = (*([kind.item] if kind.item is not None else []), *kind.options)
    return any(word in kind.kind for word in _PATHS) or any(map(_holds_paths, inner))


RULE = Rule("shadowed-attribute", ("W0314",), _check, fix="safe")
