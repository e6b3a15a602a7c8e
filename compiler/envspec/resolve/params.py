"""Params: their types, defaults, and the values given from outside.

A param is typed by its declaration or its default. A given value is text (`--set`) or a JSON value
(`--params`); a path given is relative to the working directory or to the file of values.
A param without any value evaluates to `{"$param": name, "type": type}` and harms nobody who does not need it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from envspec.diagnostics import Diagnostic, Source, Span
from envspec.frozen import Frozen, frozen
from envspec.language.attributes import PARAM_TYPES
from envspec.lazy_pattern import lazy_pattern
from envspec.resolve.evaluated import Atom, Evaluated, Items
from envspec.resolve.modules import ModuleScope
from envspec.resolve.suggest import did_you_mean, known, nearest
from envspec.syntax.nodes import (
    BooleanValue,
    DurationValue,
    ListValue,
    NumberValue,
    Param,
    SizeValue,
    StringValue,
    Value,
)
from envspec.syntax.numbers import LARGEST

_NOT_TEXT = lazy_pattern("[\0\ud800-\udfff]")


@frozen
class Given(Frozen):
    """A value from outside: text as typed, or a JSON value from a file. `origin` says where, for messages;
    `source` and `span` are the file and the place in it, if there is one. Paths are relative to `folder`, which
    is absolute; to the project root when it is empty."""

    value: Any
    origin: str
    is_text: bool = True
    folder: str = ""
    source: Source | None = None
    span: Span | None = None


@frozen
class TypedParam(Frozen):
    type: str
    value: Evaluated


def param_type(param: Param) -> str:
    """One of `PARAM_TYPES`; empty when neither type nor default says it."""
    if param.type is not None:
        return param.type.text
    return _type_of(param.default)


def _type_of(value: Value | None) -> str:
    match value:
        case StringValue():
            return "string"
        case NumberValue(value=int()):
            return "integer"
        case NumberValue():
            return "number"
        case BooleanValue():
            return "boolean"
        case SizeValue():
            return "size"
        case DurationValue():
            return "duration"
        case ListValue():
            return "list"
        case _:
            return ""


def check_declarations(scope: ModuleScope, diagnostics: list[Diagnostic]) -> None:
    """Findings of the declarations themselves."""
    for name, param in scope.params.items():
        if param.type is not None and param.type.text not in PARAM_TYPES:
            diagnostics.append(
                Diagnostic(
                    "E0502",
                    f"unknown type `{param.type.text}` of param `{name}`",
                    param.type.span,
                    "",
                    help=_meant_type(param.type.text) or known(PARAM_TYPES, ""),
                )
            )
        elif not param_type(param):
            place = param.default.span if param.default is not None else param.name.span
            diagnostics.append(
                Diagnostic(
                    "E0502",
                    f"param `{name}` has neither a type nor a default that says it",
                    place,
                    "",
                    help=f"write `param {name} : string`; types: " + ", ".join(PARAM_TYPES),
                )
            )
        elif param.type is not None and param.default is not None:
            actual = _type_of(param.default)
            wanted = param.type.text
            fits = actual == wanted or (wanted, actual) in {("path", "string"), ("number", "integer")}
            if not fits:
                scope.wrong_params.add(name)
                diagnostics.append(
                    Diagnostic(
                        "E0503",
                        f"the default of param `{name}` is not of type `{wanted}`",
                        param.default.span,
                        f"this is of type `{actual}`" if actual else "",
                        help="change the type or the default",
                    )
                )


_ELSEWHERE = {
    "int": "integer", "float": "number", "double": "number", "str": "string", "text": "string",
    "bool": "boolean", "array": "list", "file": "path", "folder": "path", "bytes": "size", "time": "duration",
}  # fmt: skip
"""What other languages call the types."""


def _meant_type(word: str) -> str:
    best = nearest(word, (*PARAM_TYPES, *_ELSEWHERE))
    return f"did you mean `{_ELSEWHERE.get(best, best)}`?" if best else ""


def assign(
    given: Mapping[str, Given], root: ModuleScope, modules: Mapping[str, ModuleScope]
) -> tuple[dict[tuple[str, str], Given], list[Diagnostic]]:
    """The given values by (file, name), whatever the alias by which a param is reached, and the findings about
    those that are no params. The last value given to a param counts."""
    assigned: dict[tuple[str, str], Given] = {}
    problems: list[Diagnostic] = []
    for name, value in given.items():
        scope: ModuleScope | None = root
        *aliases, last = name.split(".")
        for alias in aliases:
            if scope is None or alias not in scope.imports:
                break
            scope = scope.imports[alias]
        else:
            if scope is None or last in scope.params:
                if scope is not None:
                    assigned[scope.file, last] = value
                continue
        if scope is None or scope.may_define(last if scope.imports else name):
            continue
        names = {module.qualified(known) for module in modules.values() for known in module.params}
        problems.append(
            Diagnostic(
                "E0501",
                f"there is no param `{name}`",
                value.span,
                help=did_you_mean(name, names) or known(names, f"`{root.file}` declares no params"),
                notes=(f"given by {value.origin}",),
            )
        )
    return assigned, problems


def from_given(given: Given, kind: str, span: Span) -> Evaluated | str:
    """The value of a given param, or one clause that says what is wrong with it."""
    value = given.value
    if isinstance(value, str) and _NOT_TEXT.search(value):
        return "it holds a NUL character or half a character"
    if given.is_text:
        return _from_text(value, kind, span)
    if any(_beyond_json(part) for part in (value if isinstance(value, list) else [value])):
        return "it is a number that JSON cannot carry"
    match kind:
        case "string" | "path" if isinstance(value, str):
            return Atom(value, span, is_path=kind == "path")
        case "integer" if isinstance(value, int) and not isinstance(value, bool):
            return Atom(value, span)
        case "number" if isinstance(value, int | float) and not isinstance(value, bool):
            return Atom(value, span)
        case "boolean" if isinstance(value, bool):
            return Atom(value, span)
        case "list" if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
            if any(isinstance(v, str) and _NOT_TEXT.search(v) for v in value):
                return "it holds a NUL character or half a character"
            return Items([Atom(v, span) for v in value], span)
        case "size" | "duration" if isinstance(value, str):
            return _from_text(value, kind, span)
    return f"it is not of type `{kind}`"


def _beyond_json(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) > LARGEST


def _from_text(text: str, kind: str, span: Span) -> Evaluated | str:
    if kind in {"string", "path"}:
        return Atom(text, span, is_path=kind == "path")
    if kind == "boolean":
        if text in {"true", "false"}:
            return Atom(text == "true", span)
        return "write `true` or `false`"
    if kind == "integer" and not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        return "it is not a whole number"
    parsed = _parse_literal(text)
    match parsed:
        case NumberValue(_, value, _) if kind == "number" or (kind == "integer" and isinstance(value, int)):
            return Atom(value, span)
        case SizeValue(_, size, _) if kind == "size":
            return Atom({"bytes": size}, span)
        case DurationValue(_, seconds, _) if kind == "duration":
            return Atom({"seconds": seconds}, span)
        case ListValue(_, elements) if kind == "list":
            items: list[Evaluated] = []
            for item in elements:
                if isinstance(item, NumberValue | BooleanValue):
                    items.append(Atom(item.value, span))
                elif isinstance(item, StringValue) and item.plain is not None:
                    items.append(Atom(item.plain, span))
                else:
                    return "a list holds strings, numbers and booleans"
            return Items(items, span)
    example = _EXAMPLES.get(kind, "")
    return f"it is not of type `{kind}`" + (f", such as `{example}`" if example else "")


_EXAMPLES = {"list": '["a", 1]', "size": "2GiB", "duration": "30m", "number": "0.5"}


def _parse_literal(text: str) -> Value | None:
    from envspec.syntax.parser import parse

    module, problems = parse(Source.of("", f"param x = {text}\n"))
    if problems or len(module.statements) != 1 or not isinstance(module.statements[0], Param):
        return None
    return module.statements[0].default
