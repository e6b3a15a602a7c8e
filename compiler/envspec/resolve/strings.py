"""Strings: filling `${…}`, and the strings with a syntax of their own (paths, packages, images …)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from envspec.diagnostics import Diagnostic, Span
from envspec.frozen import replace
from envspec.ir.canonical import number_text
from envspec.language.types import Type
from envspec.lazy_pattern import lazy_pattern
from envspec.resolve.context import Scope
from envspec.resolve.evaluated import Atom, Evaluated
from envspec.resolve.files import OutsideRoot
from envspec.resolve.modules import outside_root
from envspec.resolve.references import path_of, resolve_reference
from envspec.resolve.suggest import did_you_mean, known
from envspec.syntax.nodes import Hole, Identifier, Reference, StringValue
from envspec.syntax.numbers import DURATIONS, SIZES

_HOLDS_RUN_PATHS = frozenset({"text", "argument"})
_BY_SIZE = sorted(((factor, unit) for unit, factor in SIZES.items()), reverse=True)
_BY_DURATION = sorted(((factor, unit) for unit, factor in DURATIONS.items()), reverse=True)


def scalar_text(json: Any) -> str | None:
    """The one text of a scalar, size or duration; None for what has none."""
    if isinstance(json, str):
        return json
    if isinstance(json, bool):
        return "true" if json else "false"
    if isinstance(json, int | float):
        return number_text(json)
    if isinstance(json, dict) and "bytes" in json:
        return _with_unit(json["bytes"], _BY_SIZE) or "0B"
    if isinstance(json, dict) and "seconds" in json:
        return _with_unit(round(json["seconds"] * 1000), _BY_DURATION) or "0s"
    return None


def amount_text(kind: Type, number: Any) -> str:
    """A number as it is written where a value of `kind` is: bytes of a size, seconds of a duration."""
    part = {"size": "bytes", "duration": "seconds"}.get(kind.kind)
    return scalar_text(number if part is None else {part: number}) or ""


def _with_unit(amount: int, units: list[tuple[int, str]]) -> str:
    """A whole number of the largest unit that leaves no rest; empty for nothing."""
    for factor, unit in units:
        if amount and amount % factor == 0:
            return f"{amount // factor}{unit}"
    return ""


def evaluate_string(value: StringValue, kind: Type, scope: Scope) -> Evaluated | None:
    """A string with its holes filled, read by its type."""
    if value.plain is not None:
        return typed(value.plain, kind, value.span, scope, value)
    if kind.kind == "script":
        hole = next(part for part in value.parts if isinstance(part, Hole))
        name = hole.reference.segments[-1].name.upper()
        scope.context.report(
            "E0108",
            "a script takes no `${…}`",
            hole.span,
            "never becomes a part of a script",
            help=f"put the value into `variables` and read `${name}` in the script",
        )
        return None
    parts: list[Any] = []
    # All are filled before one is missed, so that each has its finding.
    filled_parts = [part if isinstance(part, str) else _fill(part, kind, scope) for part in value.parts]
    for filled in filled_parts:
        if filled is None:
            return None
        if isinstance(filled, dict) and "$param" in filled:
            return Atom(filled, value.span)
        if isinstance(filled, str) and parts and isinstance(parts[-1], str):
            parts[-1] += filled
        else:
            parts.append(filled)
    if any(isinstance(part, dict) for part in parts):
        for part in parts:
            if isinstance(part, str) and _plain(part, value.span, scope, None) is None:
                return None
        return Atom({"join": parts}, value.span)
    return typed("".join(parts), kind, value.span, scope, None)


def _fill(hole: Hole, kind: Type, scope: Scope) -> Any:
    path = path_of(hole.reference)
    if path[0] in {"inputs", "outputs"} and kind.kind in _HOLDS_RUN_PATHS:
        found = hole_reference(hole.reference, scope)
        return found.json["join"][0] if isinstance(found, Atom) else None
    found = resolve_reference(hole.reference, scope, in_command=kind.kind == "argument")
    if found is None:
        return None
    if isinstance(found, Atom):
        if isinstance(found.json, dict) and "$param" in found.json:
            return found.json
        text = scalar_text(found.json)
        if text is not None:
            return text
    scope.context.report("E0204", f"`{'.'.join(path)}` is a list and cannot stand in a string", hole.span)
    return None


def hole_reference(reference: Reference, scope: Scope) -> Evaluated | None:
    """`inputs.x` or `outputs.x` as a part that the engine fills."""
    path = path_of(reference)
    root = path[0]
    declared = scope.inputs if root == "inputs" else scope.outputs
    if declared is None or len(path) != 2:
        resolve_reference(reference, scope)
        return None
    if path[1] not in declared.names and not declared.complete:
        return None
    if path[1] not in declared.names:
        scope.context.report(
            "E0104",
            f"there is no {root[:-1]} `{path[1]}`",
            reference.segments[-1].span,
            "",
            help=did_you_mean(path[1], declared.names)
            or known(declared.names, f"this run declares no `{root}`"),
        )
        return None
    return Atom({"join": [{root[:-1]: path[1]}]}, reference.span)


def key_text(key: Identifier | StringValue, scope: Scope) -> str | None:
    """The text of a map's key; a key has no holes."""
    if isinstance(key, Identifier):
        return key.text
    if key.plain is None:
        scope.context.report("E0108", "a key takes no `${…}`", key.span)
    return key.plain


def typed(text: str, kind: Type, span: Span, scope: Scope, written: StringValue | None) -> Evaluated | None:
    """A complete string by its type. `written` places findings inside it; None when holes were filled."""
    if kind.kind == "path":
        return _path(text, span, scope, written)
    if kind.kind == "output_path":
        return None if _plain(text, span, scope, written) is None else _output_path(text, span, scope)
    reader = _READERS.get(kind.kind)
    if reader is None:
        return _plain(text, span, scope, written)
    return reader(text, span, scope, written)


def _plain(text: str, span: Span, scope: Scope, written: StringValue | None) -> Evaluated | None:
    """Any text but NUL, which no argument, variable or file can carry."""
    at = text.find("\0")
    if at < 0:
        return Atom(text, span)
    from envspec.packages.text import control_character

    problem = control_character("\0", "a string")
    assert problem is not None
    _problem(replace(problem, start=at, end=at + 1), span, scope, written)
    return None


def _path(text: str, span: Span, scope: Scope, written: StringValue | None) -> Evaluated | None:
    if not text:
        scope.context.report("E0106", "this path is empty", span)
        return None
    if _plain(text, span, scope, written) is None:
        return None
    try:
        return Atom(scope.context.files.locate(text, scope.module.folder), span, is_path=True)
    except OutsideRoot as error:
        scope.context.diagnostics.append(outside_root(error, span))
        return None


def _output_path(text: str, span: Span, scope: Scope) -> Evaluated | None:
    path = posixpath.normpath(text) if text else "."
    if path == "." or path.startswith(("/", "../")) or path == "..":
        scope.context.report(
            "E0402",
            f"the output `{text}` is not inside the run's working directory",
            span,
            "",
            help="write a relative path such as `outputs/model.pkl`",
        )
        return None
    return Atom(path, span)


def _problem(problem: Any, span: Span, scope: Scope, written: StringValue | None) -> None:
    """The finding for a `PackageProblem`, at its place inside the string where that is known."""
    place = span
    if written is not None and problem.end > problem.start:
        start, last = written.offset_of(problem.start), written.offset_of(problem.end - 1)
        place = Span(span.file, start, max(last + 1, start + 1))
    scope.context.diagnostics.append(Diagnostic(problem.code, problem.message, place, "", help=problem.help))


def _conda(text: str, span: Span, scope: Scope, written: StringValue | None) -> Evaluated | None:
    from envspec.packages.conda import parse_match_spec

    found = parse_match_spec(text)
    if hasattr(found, "code"):
        _problem(found, span, scope, written)
        return None
    return Atom({"name": found.name, "spec": found.spec}, span)


def _pip(text: str, span: Span, scope: Scope, written: StringValue | None) -> Evaluated | None:
    from envspec.packages.pip import parse_requirement

    found = parse_requirement(text)
    if hasattr(found, "code"):
        _problem(found, span, scope, written)
        return None
    value = found.text
    if found.kind != "requirement":
        path = _path(value, span, scope, written)
        if not isinstance(path, Atom):
            return None
        value = path.json
    return Atom({"kind": found.kind, "name": found.name, "text": value}, span)


def _checked(parse: Callable[[str], Any]) -> Callable[..., Evaluated | None]:
    """A reader for strings that stay strings, in canonical form."""

    def read(text: str, span: Span, scope: Scope, written: StringValue | None) -> Evaluated | None:
        found = parse(text)
        if not isinstance(found, str):
            _problem(found, span, scope, written)
            return None
        return Atom(found, span)

    return read


def _python(text: str) -> Any:
    from envspec.packages.python_version import parse_python

    return parse_python(text)


def _apt(text: str) -> Any:
    from envspec.packages.apt import parse_apt

    return parse_apt(text)


def _image(text: str) -> Any:
    from envspec.packages.image import parse_image

    return parse_image(text)


def _platform(text: str) -> Any:
    from envspec.packages.image import parse_platform

    return parse_platform(text)


def _lock_platform(text: str) -> Any:
    from envspec.packages.lock_platform import parse_lock_platform

    return parse_lock_platform(text)


def _user(text: str) -> Any:
    from envspec.packages.image import parse_user

    return parse_user(text)


def _url(text: str) -> Any:
    from envspec.packages.sources import parse_url

    return parse_url(text)


def _channel(text: str) -> Any:
    from envspec.packages.sources import parse_channel

    return parse_channel(text)


def _registry(text: str) -> Any:
    from envspec.packages.sources import parse_registry

    return parse_registry(text)


def _label(text: str) -> Any:
    from envspec.packages.image import parse_line

    return parse_line(text, "this value")


_READERS: dict[str, Callable[[str, Span, Scope, StringValue | None], Evaluated | None]] = {
    "conda_package": _conda,
    "pip_package": _pip,
    "python": _checked(_python),
    "apt_package": _checked(_apt),
    "image": _checked(_image),
    "platform": _checked(_platform),
    "lock_platform": _checked(_lock_platform),
    "user": _checked(_user),
    "label": _checked(_label),
    "url": _checked(_url),
    "channel_name": _checked(_channel),
    "registry": _checked(_registry),
}

CELL_SLUG = lazy_pattern(r"[^A-Za-z0-9._]+")
