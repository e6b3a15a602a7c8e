"""The document against `grammar/ir.schema.json`, every violation at the place that caused it.

jsonschema says where in the document and which keyword; the table of attributes says what was wanted in
words; `Origins` say where it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from envspec.check.acceptance import Acceptance
from envspec.diagnostics import Diagnostic, Edit, Fix, Source, Span
from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.schema import PLURALS
from envspec.language.types import Type, describe
from envspec.package_data import package_data
from envspec.resolve.evaluated import Origins, escape
from envspec.resolve.strings import amount_text
from envspec.resolve.suggest import did_you_mean, is_slip, nearest

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_KINDS = {plural: kind for kind, plural in PLURALS.items()}


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(package_data("envspec.grammar", "ir.schema.json"))
    return schema


@lru_cache(maxsize=1)
def _validator() -> Validator:
    from envspec.check.light_jsonschema import draft_2020_12

    return draft_2020_12()(_schema())


def check_schema(
    document: dict[str, Any], origins: Origins, sources: dict[str, Source]
) -> tuple[list[Diagnostic], list[list[str | int]]]:
    """All violations of the schema as findings, and their paths in the document. A violation may have no
    finding here: when what is missing was written, and had a finding of its own."""
    found: list[Diagnostic] = []
    paths: list[list[str | int]] = []
    # jsonschema is not even imported for a document that is certainly valid.
    errors = () if Acceptance(_schema()).accepts(document) else _validator().iter_errors(document)
    for error in errors:
        found.extend(_findings(error, origins, sources))
        paths.append(list(error.absolute_path))
    return found, paths


def _findings(error: ValidationError, origins: Origins, sources: dict[str, Source]) -> Iterator[Diagnostic]:
    path = list(error.absolute_path)
    pointer = "".join(f"/{escape(str(token))}" for token in path)
    span = origins.locate(pointer)
    kind, block = _wanted(path)
    if block is not None and isinstance(error.instance, dict):
        yield from _block_findings(error, block, pointer, origins, span)
    elif block is not None:
        yield Diagnostic(
            "E0204",
            f"expected a block `{block.name} {{ … }}`, found {found(error.instance)}",
            span,
            help=f"write `{block.name} {{ … }}`; it takes "
            + ", ".join(f"`{r.name}`" for r in block.attributes),
        )
    elif error.validator == "minItems" and pointer in origins.damaged:
        return  # what was in it has had its finding
    elif kind is not None and span is not None:
        yield _value_finding(error, kind, span, sources)
    else:
        yield Diagnostic("E0212", f"the document is not valid at `{pointer}`: {error.message}", span)


def _wanted(path: list[str | int]) -> tuple[Type | None, BlockKind | None]:
    """The type wanted at a place of the document, or the block whose attributes stand there."""
    if len(path) < 2 or str(path[0]) not in _KINDS:
        return None, None
    block: BlockKind | None = BLOCKS[_KINDS[str(path[0])]]
    kind: Type | None = None
    for token in path[2:]:
        if block is not None:
            row = block.attribute(str(token))
            kind, block = (row.type if row is not None else None), None
        elif kind is not None and kind.kind not in {"size", "duration"}:  # `bytes` and `seconds` are theirs
            kind = kind.item
        if kind is not None and kind.kind == "record":
            block = RECORDS[kind.target]
            kind = None
        if kind is None and block is None:
            return None, None
    return kind, block


def _block_findings(
    error: ValidationError, block: BlockKind, pointer: str, origins: Origins, span: Span | None
) -> Iterator[Diagnostic]:
    written = {name for name in (*block.required, *block.exactly_one) if f"{pointer}/{name}" in origins.keys}
    instance: dict[str, Any] = error.instance if isinstance(error.instance, dict) else {}
    given = written | set(instance)
    damaged = pointer in origins.damaged
    if error.validator == "required":
        for name in () if damaged else block.required:
            if name not in given:
                yield Diagnostic(
                    "E0206",
                    f"`{block.name}` needs `{name}`",
                    span,
                    "",
                    help=f"add `{name} = …`: {_doc(block, name)}",
                )
    elif error.validator == "oneOf":
        present = [name for name in block.exactly_one if name in given]
        names = " or ".join(f"`{name}`" for name in block.exactly_one)
        if not present and damaged:
            return
        if not present:
            yield Diagnostic("E0206", f"`{block.name}` needs {names}", span, "", help="add one of them")
        elif len(present) > 1:
            second = origins.keys.get(f"{pointer}/{present[1]}", span)
            yield Diagnostic(
                "E0206",
                f"`{block.name}` takes only one of {names}",
                second,
                "one too many",
                help=f"remove `{present[0]}` or `{present[1]}`",
            )
    elif error.validator == "additionalProperties":
        for name in sorted(set(instance) - {row.name for row in block.attributes} - {"name", "cell"}):
            yield Diagnostic(
                "E0203",
                f"unknown attribute `{name}` in `{block.name}`",
                origins.keys.get(f"{pointer}/{escape(name)}", span),
                help=did_you_mean(name, [row.name for row in block.attributes]),
            )
    else:
        yield Diagnostic(
            "E0204", f"expected attributes of `{block.name}`, found {found(error.instance)}", span
        )


def _doc(block: BlockKind, name: str) -> str:
    row = block.attribute(name)
    return "" if row is None else row.doc[0].lower() + row.doc[1:].rstrip(".")


def _value_finding(error: ValidationError, kind: Type, span: Span, sources: dict[str, Source]) -> Diagnostic:
    instance = error.instance
    name = str(error.absolute_path[-1])
    source = sources.get(span.file)
    text = source.text[span.start : span.end] if source is not None else ""
    if kind.kind == "python" and isinstance(instance, int | float) and not isinstance(instance, bool):
        note = f"`{text}` is a number, the same as `{instance}`" if text != str(instance) else ""
        return Diagnostic(
            "E0205",
            "a Python version is written in quotes",
            span,
            "a number",
            help=f'write `"{text}"`',
            notes=(note,) if note else (),
            fixes=(Fix(f'write `"{text}"`', (Edit(span, f'"{text}"'),)),),
        )
    if error.validator == "enum" and isinstance(instance, str):
        meant = nearest(instance, kind.choices)
        safe = is_slip(instance, meant, word_of_the_language=True)
        fixes = (Fix(f"write `{meant}`", (Edit(span, meant),), safe),) if meant else ()
        return Diagnostic(
            "E0210",
            f"`{instance}` is not {describe(kind)}",
            span,
            "",
            help=f"did you mean `{meant}`?" if meant else "",
            fixes=fixes,
        )
    if error.validator in {"minimum", "maximum"}:
        bound = "at least" if error.validator == "minimum" else "at most"
        return Diagnostic(
            "E0211",
            f"expected {describe(kind).partition(' such as ')[0]} of {bound} {amount_text(kind, error.validator_value)}",
            span,
            f"this is {amount_text(kind, instance)}",
        )
    if error.validator == "minItems":
        return Diagnostic("E0212", "this list is empty", span, help="give it at least one element")
    if kind.kind == "reference" and kind.target == "environment" and isinstance(instance, str):
        return _reference_finding(instance, text, span)
    if error.validator in {"minLength", "pattern"} and isinstance(instance, str):
        return Diagnostic(
            "E0212",
            "this text is empty" if not instance else f"`{instance}` is not {describe(kind)}",
            span,
        )
    return Diagnostic(
        "E0204",
        f"expected {describe(kind)}, found {found(instance)}",
        span,
        "",
        help=_hint(kind, instance, text, name),
        fixes=_fixes(kind, instance, text, span, name),
    )


_REGISTERED = (
    'it is `"name"`, `"name:version"`, `"name@label"` or `"name@sha256:digest"`; '
    "one of this file is written without quotes"
)


def _reference_finding(instance: str, text: str, span: Span) -> Diagnostic:
    """A string that names no registered environment; `text` is what the file has."""
    from envspec.language.environment_reference import digest_problem, meant_reference

    if not instance:
        return Diagnostic("E0212", "this text is empty", span, help=_REGISTERED)
    if problem := digest_problem(instance):
        shown = f"`{instance}` is no version of a registered environment: {problem}"
        return Diagnostic("E0212", shown, span, help="`envspec env list` shows the digests")
    meant = meant_reference(instance)
    write = f'write `"{meant}"`'
    fixes = (
        (Fix(write, (Edit(span, f'"{meant}"'),), safe=False),) if text == f'"{instance}"' and meant else ()
    )
    message = f"`{instance}` is not a reference to a registered environment"
    return Diagnostic("E0212", message, span, help=write if meant else _REGISTERED, fixes=fixes)


_LITERALS = {
    "size": r"(\d+(\.\d+)?)([KMGT]i?)?B",
    "duration": r"(\d+(\.\d+)?)(ms|s|m|h|d)",
    "integer": r"-?(0|[1-9]\d{0,14})",
    "number": r"-?(0|[1-9]\d{0,14})(\.\d+)?",
    "boolean": "true|false",
}
"""Type → what of it is right once the quotes around it are taken away."""


def _hint(kind: Type, instance: Any, text: str, name: str) -> str:
    if kind.kind in _LITERALS and isinstance(instance, str) and text[1:-1] == instance:
        bare = re.fullmatch(_LITERALS[kind.kind], instance) is not None
        return f"write `{instance}`" if bare else "it is written without quotes"
    if kind.kind == "map" and not isinstance(instance, dict):
        key = "NAME" if kind.keys == "variable" else "name"
        return f"a map gives each a name: `{name} = {{ {key} = … }}`"
    if name == "command" and isinstance(instance, str) and text[1:-1] == instance and "\\" not in text:
        return _arguments(instance)
    if kind.kind == "reference" and kind.target == "environment":
        return (
            "write `environment { … }` without `=`"
            if isinstance(instance, dict)
            else 'write the name of an environment without quotes, or a registered one as `"name:version"`'
        )
    if kind.kind == "list" and not isinstance(instance, list | dict):
        return f"write `[{_in_right_quotes(text)}]`"
    if kind.kind in {"string", "text", "label", "either"} and isinstance(instance, int | float):
        return f'write `"{text}"`'
    if kind.kind == "size" and isinstance(instance, int | float):
        return f"say the unit: `{text}MiB` or `{text}GiB`"
    if kind.kind == "duration" and isinstance(instance, int | float):
        return f"say the unit: `{text}s` or `{text}m`"
    return ""


def _in_right_quotes(text: str) -> str:
    """The text as written, but `"x"` for `'x'`."""
    inner = text[1:-1]
    return f'"{inner}"' if text == f"'{inner}'" and '"' not in inner and "\\" not in inner else text


def _arguments(command: str) -> str:
    """A command line as the argument vector that it seems to be. Its shell syntax would mean nothing there."""
    words = [f'"{word}"' for word in command.split()]
    if not words or re.search(r"[\'|&;<>*?$()`~]", command):
        return "each argument is a string of its own; for a line of the shell there is `shell`"
    return f"write `[{', '.join(words)}]`"


def _fixes(kind: Type, instance: Any, text: str, span: Span, name: str) -> tuple[Fix, ...]:
    hint = _hint(kind, instance, text, name)
    if not hint.startswith("write `") or ("." in text and not text.startswith('"') and kind.kind == "list"):
        return ()
    replacement = hint.removeprefix("write `").removesuffix("`")
    # Whether a blank parts two arguments is for people to say.
    safe = name != "command" or not isinstance(instance, str) or " " not in instance.strip()
    return (Fix(f"write `{replacement}`", (Edit(span, replacement),), safe),)


def found(instance: Any) -> str:
    """A JSON value in words, as in `found a list`."""
    match instance:
        case bool():
            return "`true`" if instance else "`false`"
        case None:
            return "`none`"
        case str():
            return "a string"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case list():
            return "a list"
        case {"bytes": _}:
            return "a size"
        case {"seconds": _}:
            return "a duration"
        case _:
            return "a map"
