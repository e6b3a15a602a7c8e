"""Values that are no strings: words, references, and brackets and quotes to write in."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.editor.analysis import Analysis
from envspec.editor.completion.keywords import value_snippet
from envspec.editor.completion.proposal import Proposal
from envspec.editor.completion.references import blocks, roots, wanted_kinds
from envspec.editor.completion.strings import literals
from envspec.editor.cursor import Cursor
from envspec.language.types import Type
from envspec.syntax.strings import quote

_EXAMPLES = {"size": ("512MiB", "2GiB", "8GiB"), "duration": ("30s", "30m", "2h")}


def values(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    word = (cursor.start, cursor.end)
    kind = cursor.type
    for option in (kind, *kind.options) if kind is not None else ():
        yield from _of_type(option, cursor, analysis)
    for target in wanted_kinds(cursor):
        yield from blocks(cursor, analysis, target, _prefix(target))
    yield from roots(cursor, analysis)
    if cursor.frame.kind == "block" and cursor.operator == "=":
        yield Proposal("none", "word", *word, doc="Takes an inherited value away.", rank=9)


def _prefix(target: str) -> str:
    """How people write a reference to a kind: `secret.token`, `run.train.outputs.model`, but `sklearn`."""
    return f"{target}." if target in ("secret", "run") else ""


def _of_type(kind: Type, cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    word = (cursor.start, cursor.end)
    match kind.kind:
        case "boolean":
            yield Proposal("true", "word", *word, rank=1)
            yield Proposal("false", "word", *word, rank=1)
        case "enumeration":
            for choice in kind.choices:
                yield Proposal(choice, "word", *word, rank=1)
        case "size" | "duration":
            for example in _EXAMPLES[kind.kind]:
                yield Proposal(example, "value", *word, rank=3)
        case "list" | "map" | "record":
            plain = "[]" if kind.kind == "list" else "{}"
            yield Proposal(
                "[ … ]" if kind.kind == "list" else "{ … }", "value", *word, plain, value_snippet(kind, 0)
            )
        case _:
            for text in literals(kind, analysis):
                yield Proposal(quote(text), "value", *word, rank=3)
            snippet = value_snippet(kind, 0)
            if snippet.startswith('"'):
                yield Proposal('"…"', "value", *word, '""', snippet, rank=4)
