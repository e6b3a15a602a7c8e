"""Evaluating one written value by the type of its attribute.

Out comes an `Evaluated`, or None when the value cannot be had and a finding says why. A value of a wrong type
is passed on as what it is: the schema finds it, at its place.
"""

from __future__ import annotations

from collections.abc import Callable

from envspec.diagnostics import Span
from envspec.ir.canonical import number_text
from envspec.language.attributes import RECORDS
from envspec.language.types import STRING, Type, describe
from envspec.resolve import strings
from envspec.resolve.context import Context, Scope
from envspec.resolve.evaluated import Atom, Evaluated, Fields, Items
from envspec.resolve.keys import check_key
from envspec.resolve.modules import ModuleScope
from envspec.resolve.references import path_of, resolve_reference
from envspec.resolve.suggest import did_you_mean
from envspec.syntax.nodes import (
    Block,
    BooleanValue,
    DurationValue,
    ListValue,
    MapValue,
    NoneValue,
    NumberValue,
    Reference,
    SizeValue,
    StringValue,
    Value,
)


def evaluate(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    """The value in the scope of the file that wrote it."""
    special = _SPECIAL.get(kind.kind)
    if special is not None:
        return special(value, kind, scope)
    if isinstance(value, StringValue):
        return strings.evaluate_string(value, kind, scope)
    if isinstance(value, Reference):
        return _by_reference(value, kind, scope)
    return natural(value, scope)


def natural(value: Value, scope: Scope) -> Evaluated | None:
    """The value as JSON, whatever was wanted."""
    match value:
        case StringValue():
            return strings.evaluate_string(value, STRING, scope)
        case NumberValue(span, number, _):
            return Atom(number, span)
        case BooleanValue(span, flag):
            return Atom(flag, span)
        case SizeValue(span, size, _):
            return Atom({"bytes": size}, span)
        case DurationValue(span, seconds, _):
            return Atom({"seconds": seconds}, span)
        case NoneValue(span):
            return Atom(None, span)
        case ListValue(span, items):
            parts = [natural(item, scope) for item in items]
            return None if None in parts else Items([part for part in parts if part], span)
        case MapValue():
            return _fields(value, lambda item: natural(item, scope), scope)
        case Reference():
            return _by_reference(value, STRING, scope)


def evaluate_default(context: Context, module: ModuleScope, value: Value, kind: str) -> Evaluated | None:
    """The default of a param: no references but other params of the same file."""
    scope = Scope(context, module)
    if kind == "path" and isinstance(value, StringValue):
        return strings.evaluate_string(value, Type("path"), scope)
    return natural(value, scope)


def _by_reference(value: Reference, kind: Type, scope: Scope) -> Evaluated | None:
    found = resolve_reference(value, scope)
    if found is None:
        return None
    return convert(found, kind, value.span, scope)


def convert(found: Evaluated, kind: Type, span: Span, scope: Scope) -> Evaluated | None:
    """What a param or matrix value is where `kind` is wanted; it then stands at the reference."""
    if isinstance(found, Atom):
        json = found.json
        if isinstance(json, dict) and "$param" in json:
            return Atom(json, span)
        if found.is_path and kind.kind == "path":
            return Atom(json, span, is_path=True)
        if kind.kind == "argument":
            return _as_argument(found, span)
        if isinstance(json, str):
            return strings.typed(json, kind, span, scope, None)
        return Atom(json, span)
    if isinstance(found, Items):
        return Items([Atom(item.json, span) for item in found.items if isinstance(item, Atom)], span)
    return found


def _list(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    assert kind.item is not None
    if isinstance(value, Reference) and _names_a_block(value, kind.item, scope):
        _report_single(value, kind, scope)
        return None
    if isinstance(value, Reference):
        found = resolve_reference(value, scope)
        if isinstance(found, Items):
            items = [convert(item, kind.item, value.span, scope) for item in found.items]
            return Items([item for item in items if item is not None], value.span)
        return None if found is None else convert(found, kind, value.span, scope)
    if not isinstance(value, ListValue):
        return natural(value, scope)
    # An element with a finding of its own is left out; the others are still understood.
    parts = [evaluate(item, kind.item, scope) for item in value.items]
    kept = [part for part in parts if part is not None]
    return Items(kept, value.span, value.damaged or len(kept) != len(parts))


def _names_a_block(value: Reference, item: Type, scope: Scope) -> bool:
    """Whether a name stands alone that would be right as an element of a list of names."""
    kinds = item.options if item.kind == "either" else (item,)
    root = value.segments[0].name
    return any(
        kind.kind == "reference"
        and root in {*scope.module.blocks.get(kind.target, ()), *scope.module.imports}
        for kind in kinds
    )


def _report_single(value: Reference, kind: Type, scope: Scope) -> None:
    from envspec.diagnostics import Diagnostic, Edit, Fix

    text = ".".join(path_of(value))
    fix = Fix(f"write `[{text}]`", (Edit(value.span, f"[{text}]"),))
    scope.context.diagnostics.append(
        Diagnostic(
            "E0204",
            f"expected {describe(kind)}, found a name",
            value.span,
            "",
            help=f"write `[{text}]`",
            fixes=() if value.segments[-1].cell is not None else (fix,),
        )
    )


def _map(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    item = kind.item
    assert item is not None
    if not isinstance(value, MapValue):
        return natural(value, scope)
    return _fields(value, lambda entry: _entry(entry, item, scope), scope, kind.keys)


def _entry(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    """`none` stays, so that `+=` can take a key away."""
    return Atom(None, value.span) if isinstance(value, NoneValue) else evaluate(value, kind, scope)


def _fields(
    value: MapValue, element: Callable[[Value], Evaluated | None], scope: Scope, keys: str = ""
) -> Fields:
    fields = Fields({}, value.span, damaged=value.damaged)
    for entry in value.entries:
        key = strings.key_text(entry.key, scope)
        if key is None:
            fields.damaged = True
            continue
        if key in fields.keys:
            from envspec.diagnostics import Label

            scope.context.report(
                "E0112",
                f"`{key}` is given twice",
                entry.key.span,
                "again here",
                labels=(Label(fields.keys[key], "first here"),),
                help="remove one of them",
            )
            continue
        fields.keys[key] = entry.key.span
        # What is wrong with the value is told as well.
        item = element(entry.value)
        if not check_key(key, entry.key, keys, scope):
            item = None
        if item is None:
            fields.damaged = True
        else:
            fields.entries[key] = item
    return fields


def _enumeration(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    if isinstance(value, Reference) and len(value.segments) == 1 and value.segments[0].cell is None:
        return Atom(value.segments[0].name, value.span)
    if isinstance(value, Reference):
        return _by_reference(value, STRING, scope)
    return natural(value, scope)


def _argument(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    match value:
        case NumberValue(span, number, _):
            return Atom(number_text(number), span)
        case BooleanValue(span, flag):
            return Atom("true" if flag else "false", span)
        case SizeValue(span, size, _):
            return _as_argument(Atom({"bytes": size}, span), span)
        case DurationValue(span, seconds, _):
            return _as_argument(Atom({"seconds": seconds}, span), span)
        case StringValue():
            return strings.evaluate_string(value, kind, scope)
        case Reference():
            path = path_of(value)
            if path[0] in {"inputs", "outputs"}:
                return strings.hole_reference(value, scope)
            found = resolve_reference(value, scope, in_command=True)
            if found is None:
                return None
            return _as_argument(found, value.span)
        case _:
            return natural(value, scope)


def _as_argument(found: Evaluated, span: Span) -> Evaluated:
    if isinstance(found, Atom):
        text = strings.scalar_text(found.json)
        return Atom(found.json if text is None else text, span)
    if isinstance(found, Items):
        return Items([Atom(item.json, span) for item in found.items if isinstance(item, Atom)], span)
    return found


def _reference(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    target = kind.target
    if isinstance(value, Reference):
        root = value.segments[0].name
        if root in _VALUES:
            found = resolve_reference(value, scope)
            if not isinstance(found, Atom):
                return found
            return Atom(found.json, value.span)
        identifier = scope.context.refer(target, scope, value)
        return None if identifier is None else Atom({target: identifier}, value.span)
    if isinstance(value, StringValue) and value.plain is not None:
        text = value.plain
        if target != "environment" or _is_block(text, scope):
            _report_quoted(value, text, target, scope)
            return None
    return natural(value, scope)


def _is_block(text: str, scope: Scope) -> bool:
    """Whether it names an environment of this file, or of one that is imported."""
    alias, dot, name = text.partition(".")
    module = scope.module.imports.get(alias) if dot else scope.module
    return module is not None and (name if dot else text) in module.blocks.get("environment", {})


def _report_quoted(value: StringValue, text: str, target: str, scope: Scope) -> None:
    """A name in quotes, where only that of a registered environment has them."""
    from envspec.diagnostics import Diagnostic, Edit, Fix

    names = scope.module.blocks.get(target, {})
    usual = "names are written without quotes"
    here = text in names or (target == "environment" and _is_block(text, scope))
    scope.context.diagnostics.append(
        Diagnostic(
            "E0204",
            f"expected the name of {'an' if target[0] in 'aeiou' else 'a'} {target}, found a string",
            value.span,
            "",
            help=_unquoted(text, target) if here else did_you_mean(text, names) or usual,
            fixes=(Fix(f"write `{text}`", (Edit(value.span, text),)),) if here else (),
        )
    )


def _unquoted(text: str, target: str) -> str:
    """Both can be meant where a registered environment is called as a block is."""
    other = f", or `{text}@latest` for the registered one" if target == "environment" else ""
    return f"write `{text}` without quotes{other}"


def _either(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    first, second = kind.options
    if isinstance(value, Reference) and second.kind == "reference":
        root = value.segments[0].name
        if root in _VALUES:
            return evaluate(value, first, scope)
        return evaluate(value, second, scope)
    return evaluate(value, first, scope)


def _text(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    if isinstance(value, StringValue):
        return strings.evaluate_string(value, kind, scope)
    if isinstance(value, Reference):
        if path_of(value)[0] in {"inputs", "outputs"}:
            return strings.hole_reference(value, scope)
        return _by_reference(value, kind, scope)
    return natural(value, scope)


def _run_input(value: Value, kind: Type, scope: Scope) -> Evaluated | None:
    if isinstance(value, StringValue):
        path = strings.evaluate_string(value, Type("path"), scope)
        if isinstance(path, Atom) and isinstance(path.json, str):
            return Atom({"path": path.json}, value.span)
        return path
    if isinstance(value, Reference):
        if value.segments[0].name == "run":
            return _output_of(value, scope)
        found = resolve_reference(value, scope)
        if isinstance(found, Atom) and isinstance(found.json, str):
            return Atom({"path": found.json}, value.span)
        return None if found is None else convert(found, Type("path"), value.span, scope)
    return natural(value, scope)


def _output_of(value: Reference, scope: Scope) -> Evaluated | None:
    """`run.NAME[cell].outputs.OUTPUT`; the run's own side is checked by `blocks`."""
    segments = value.segments
    if len(segments) not in {4, 5} or segments[-2].name != "outputs":
        scope.context.report(
            "E0104",
            "a run is referred to by one of its outputs",
            value.span,
            "",
            help="write `run.NAME.outputs.OUTPUT`, of an import `run.ALIAS.NAME.outputs.OUTPUT`",
        )
        return None
    identifier = scope.context.refer("run", scope, Reference(value.span, segments[:-2]))
    if identifier is None:
        return None
    return Atom({"run": identifier, "output": segments[-1].name}, value.span)


def evaluate_record(value: Value | Block, kind: Type, scope: Scope, into: Fields) -> None:
    """Merges a record written as a map or a block into what is inherited."""
    from envspec.resolve.merge import Written, merge

    table = RECORDS[kind.target]
    if isinstance(value, Block):
        into.damaged |= value.body.damaged or value.damaged
        merge(into, Written.of_body(value.body, table), table, scope, value.header)
    elif isinstance(value, MapValue):
        into.damaged |= value.damaged
        merge(into, Written.of_map(value, table), table, scope, value.span)


_VALUES = frozenset({"param", "matrix", "inputs", "outputs"})
"""The roots that never name a block."""

_SPECIAL: dict[str, Callable[[Value, Type, Scope], Evaluated | None]] = {
    "list": _list,
    "map": _map,
    "enumeration": _enumeration,
    "argument": _argument,
    "reference": _reference,
    "either": _either,
    "text": _text,
    "run_input": _run_input,
}
