"""Merging the attributes of a chain of `extends`, from the base down to the child.

Rules, by the `merge` column of the table: `=` replaces, but records merge attribute by attribute; `= none`
takes an inherited value away; `+=` appends to a list, replaces the entry of the same normalised name in
`conda`, `pip` and `apt`, and merges a map by key; `+=` on nothing is an error, so is an attribute given twice
in one block.
"""

from __future__ import annotations

from collections.abc import Collection

from envspec.diagnostics import Label, Span
from envspec.frozen import Frozen, frozen, replace
from envspec.language.attributes import Attribute as Row
from envspec.language.attributes import BlockKind
from envspec.language.types import describe
from envspec.resolve.context import Scope
from envspec.resolve.evaluated import Atom, Evaluated, Fields, Items
from envspec.resolve.suggest import is_slip, known, nearest
from envspec.resolve.values import evaluate, evaluate_record, natural
from envspec.syntax.nodes import Block, Body, Identifier, MapValue, NoneValue, Value


@frozen
class Written(Frozen):
    """One entry of a body or of a map that stands for a record. `name` is the attribute's, where `written` is
    a misspelling of one that is not given otherwise."""

    name: str
    written: str
    name_span: Span
    operator: str
    value: Value | Block

    @staticmethod
    def of_body(body: Body, table: BlockKind) -> list[Written]:
        return _meant(
            table,
            [
                Written(entry.keyword.text, entry.keyword.text, entry.keyword.span, "=", entry)
                if isinstance(entry, Block)
                else Written(entry.name.text, entry.name.text, entry.name.span, entry.operator, entry.value)
                for entry in body.entries
            ],
        )

    @staticmethod
    def of_map(value: MapValue, table: BlockKind) -> list[Written]:
        entries = []
        for entry in value.entries:
            name = entry.key.text if isinstance(entry.key, Identifier) else entry.key.plain or ""
            entries.append(Written(name, name, entry.key.span, "=", entry.value))
        return _meant(table, entries)


def _meant(table: BlockKind, entries: list[Written]) -> list[Written]:
    """The entries, misspelt ones under the name of the attribute that was meant."""
    if table.open or all(table.attribute(entry.name) for entry in entries):
        return entries
    given = {entry.name for entry in entries}
    left = [row.name for row in table.attributes if row.name not in given]
    return [
        entry
        if table.attribute(entry.name) is not None
        else replace(entry, name=nearest(entry.name, left) or entry.name)
        for entry in entries
    ]


def merge(
    into: Fields,
    entries: list[Written],
    table: BlockKind,
    scope: Scope,
    header: Span,
    *,
    only: str = "",
    skip: Collection[str] = (),
) -> None:
    """Merges the written entries of one block into what is inherited (`into` is changed). `only` names one
    attribute, so that `matrix` can be had before the others; those of `skip` are not evaluated."""
    seen: dict[str, Span] = {}
    for entry in entries:
        if only and entry.name != only:
            continue
        row = table.attribute(entry.name)
        if entry.written != entry.name or (row is None and not table.open):
            _report_unknown(entry, table, scope, header)
            # Where it is not sure what was meant, it may be what would be called missing.
            into.damaged |= not is_slip(entry.written, entry.name, word_of_the_language=True) or row is None
        if row is None and not table.open:
            continue
        if entry.name in seen:
            scope.context.report(
                "E0112",
                f"`{entry.name}` is given twice",
                entry.name_span,
                "again here",
                labels=(Label(seen[entry.name], "first here"),),
                help="remove one of them",
            )
            continue
        seen[entry.name] = entry.name_span
        if entry.name in skip:
            continue
        if row is None:
            _apply_open(into, entry, table, scope)
        else:
            _apply(into, entry, row, scope)


def _apply_open(into: Fields, entry: Written, table: BlockKind, scope: Scope) -> None:
    """An attribute that the table leaves to somebody else: any value."""
    if isinstance(entry.value, Block):
        scope.context.report(
            "E0204",
            f"`{entry.written}` is a block, but `{table.name}` takes values",
            entry.value.header,
            "",
            help=f"write `{entry.written} = {{ … }}`",
        )
        return
    if entry.operator == "+=":
        _nothing_to_add_to(entry, scope)
    into.keys[entry.name] = entry.name_span
    value = natural(entry.value, scope)
    if value is not None:
        into.entries[entry.name] = value


def _report_unknown(entry: Written, table: BlockKind, scope: Scope, header: Span) -> None:
    from envspec.diagnostics import Diagnostic, Edit, Fix

    names = [row.name for row in table.attributes]
    meant = nearest(entry.written, names)
    safe = is_slip(entry.written, meant, word_of_the_language=True)
    fixes = (Fix(f"write `{meant}`", (Edit(entry.name_span, meant),), safe),) if meant else ()
    scope.context.diagnostics.append(
        Diagnostic(
            "E0203",
            f"unknown attribute `{entry.written}` in `{table.name}`",
            entry.name_span,
            f"not an attribute of `{table.name}`",
            labels=(Label(header, "attributes of this block are checked here"),),
            help=f"did you mean `{meant}`?" if meant else known(names, ""),
            fixes=fixes,
            context=header,
        )
    )


def _apply(into: Fields, entry: Written, row: Row, scope: Scope) -> None:
    value, name = entry.value, entry.name
    # What was written before and could not be had has had its finding.
    doubtful = into.damaged or (name in into.keys and name not in into.entries)
    into.keys[name] = entry.name_span
    if isinstance(value, NoneValue):
        if entry.operator == "+=":
            scope.context.report(
                "E0111",
                "`none` cannot be added",
                value.span,
                "nothing to add",
                help=f"write `{name} = none` to take away what is inherited",
            )
        into.entries.pop(name, None)
        into.keys.pop(name, None)
        return
    if row.type.kind == "record" and isinstance(value, Block | MapValue):
        if entry.operator == "+=" and name not in into.entries and not doubtful:
            _nothing_to_add_to(entry, scope)
        _apply_record(into, entry, row, scope)
        return
    if isinstance(value, Block):
        if row.type.kind == "reference" and row.type.target == "environment":
            _check_inner_header(value, scope, extends=True)
            return  # an environment written inside is made by `blocks`
        scope.context.report(
            "E0204",
            f"expected {describe(row.type)}, found a block",
            value.header,
            "",
            help=f"write `{name} = …`",
        )
        return
    evaluated = evaluate(value, row.type, scope)
    if evaluated is None:
        into.entries.pop(name, None)
        return
    if isinstance(evaluated, Fields) and entry.operator == "=":
        evaluated = _without_none(evaluated)
    if row.merge == "packages" and isinstance(evaluated, Items):
        evaluated = _without_repetition(evaluated, scope)
    inherited = into.entries.get(name)
    if entry.operator == "+=":
        evaluated = _added(inherited, evaluated, entry, row, scope, doubtful)
    into.entries[name] = evaluated


def _apply_record(into: Fields, entry: Written, row: Row, scope: Scope) -> None:
    assert isinstance(entry.value, Block | MapValue)
    span = entry.value.span
    if isinstance(entry.value, Block):
        _check_inner_header(entry.value, scope, extends=False)
    current = into.entries.get(entry.name)
    record = (
        Fields(dict(current.entries), span, dict(current.keys), current.damaged)
        if isinstance(current, Fields)
        else Fields({}, span)
    )
    evaluate_record(entry.value, row.type, scope, record)
    into.entries[entry.name] = record


def _check_inner_header(block: Block, scope: Scope, *, extends: bool) -> None:
    """A block inside another has no name; only an environment can extend one."""
    name = block.keyword.text
    if block.label is not None:
        scope.context.report(
            "E0208",
            f"`{name}` takes no name here",
            block.label.span,
            "",
            help=f"write `{name} {{ … }}`",
        )
    if block.extends is not None and not extends:
        scope.context.report(
            "E0209",
            f"`{name}` takes no `extends`",
            block.extends.span,
            "",
            help=f"write `{name} {{ … }}`; what the block around it inherits is merged into it",
        )


def _added(
    inherited: Evaluated | None, added: Evaluated, entry: Written, row: Row, scope: Scope, doubtful: bool
) -> Evaluated:
    if row.merge not in {"append", "packages", "map"}:
        scope.context.report(
            "E0111",
            f"`{entry.name}` cannot be added to",
            entry.name_span,
            f"it is {describe(row.type)}",
            help="write `=`",
        )
        return added
    if inherited is None:
        if not doubtful:
            _nothing_to_add_to(entry, scope)
        return _without_none(added) if isinstance(added, Fields) else added
    damaged = doubtful or _damaged(inherited) or _damaged(added)
    if isinstance(inherited, Items) and isinstance(added, Items):
        if row.merge == "packages":
            return Items(_replaced(inherited.items, added.items), added.span, damaged)
        return Items([*inherited.items, *added.items], added.span, damaged)
    if isinstance(inherited, Fields) and isinstance(added, Fields):
        return _without_none(
            Fields(
                {**inherited.entries, **added.entries}, added.span, {**inherited.keys, **added.keys}, damaged
            )
        )
    return added


def _damaged(value: Evaluated) -> bool:
    return not isinstance(value, Atom) and value.damaged


def _without_none(value: Fields) -> Fields:
    """A map without the keys that `key = none` takes away."""
    gone = {key for key, entry in value.entries.items() if isinstance(entry, Atom) and entry.json is None}
    if not gone:
        return value
    return Fields(
        {key: entry for key, entry in value.entries.items() if key not in gone},
        value.span,
        {key: span for key, span in value.keys.items() if key not in gone},
        value.damaged,
    )


def _nothing_to_add_to(entry: Written, scope: Scope) -> None:
    from envspec.diagnostics import Diagnostic, Edit, Fix

    operator = Span(entry.name_span.file, entry.name_span.end, entry.value.span.start)
    scope.context.diagnostics.append(
        Diagnostic(
            "E0111",
            f"there is no `{entry.name}` to add to",
            entry.name_span,
            "nothing is inherited",
            help="write `=`",
            fixes=(Fix("write `=`", (Edit(operator, " = "),)),),
        )
    )


def package_key(value: Evaluated) -> str:
    """What makes two entries of a package list the same: the normalised name, or the path."""
    if isinstance(value, Atom):
        if isinstance(value.json, dict):
            return str(value.json.get("name") or value.json.get("text") or value.json)
        return str(value.json).partition("=")[0]
    return ""


def _replaced(inherited: list[Evaluated], added: list[Evaluated]) -> list[Evaluated]:
    names = {package_key(item) for item in added}
    return [item for item in inherited if package_key(item) not in names] + added


def _without_repetition(value: Items, scope: Scope) -> Items:
    first: dict[tuple[str, str], Evaluated] = {}
    kept = []
    for item in value.items:
        key = (package_key(item), _marker(item))
        earlier = first.setdefault(key, item)
        if earlier is item:
            kept.append(item)
            continue
        scope.context.report(
            "E0313",
            f"`{key[0]}` is listed twice",
            item.span,
            "again here",
            labels=(Label(earlier.span, "first here"),),
            help="keep one of them",
        )
    return Items(kept, value.span, value.damaged)


def _marker(item: Evaluated) -> str:
    """Two requirements of one name may differ in their PEP 508 marker."""
    if isinstance(item, Atom) and isinstance(item.json, dict):
        return str(item.json.get("text", "")).partition(";")[2].strip()
    return ""
