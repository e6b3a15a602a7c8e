"""What the attributes of a block came to, and who wrote them: for hover and for hints in the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envspec.check.written import Written, bases_of
from envspec.diagnostics import Span
from envspec.editor.analysis import Analysis
from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import number_text
from envspec.language.schema import PLURALS
from envspec.resolve.evaluated import escape
from envspec.syntax.nodes import Attribute, Block
from envspec.syntax.strings import quote

_LONGEST = 120
_UNITS = (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_TIMES = (("h", 3600), ("m", 60))
_OURS = frozenset({"name", "cell"})
"""What the document has of a block that nobody writes."""


@frozen
class Item(Frozen):
    """One block, or one cell of it, in the document. `cell` is empty without a matrix."""

    id: str
    pointer: str
    values: dict[str, Any]
    cell: dict[str, Any]


def items_of(analysis: Analysis, written: Written, kind: str) -> list[Item]:
    """The cells of a block; none when a mistake keeps it out of the document."""
    label = written.block.label
    if label is None:
        return []
    name = written.module.qualified(label.text)
    plural = PLURALS[kind]
    return [
        Item(key, f"/{plural}/{escape(key)}", value, value.get("cell") or {})
        for key, value in analysis.checked.resolution.document.get(plural, {}).items()
        if isinstance(value, dict) and value.get("name", key) == name
    ]


def attributes_of(item: Item) -> Iterator[tuple[str, Any]]:
    for name, value in item.values.items():
        if name not in _OURS:
            yield name, value


def writer_of(analysis: Analysis, written: Written, kind: str, name: str) -> Written | None:
    """The block of the `extends` chain that wrote an attribute last: the block itself, or the nearest base."""
    for one in (written, *bases_of(written, kind)):
        if any(_name(entry) == name for entry in one.block.body.entries):
            return one
    return None


def inherited(analysis: Analysis, written: Written, kind: str) -> list[tuple[str, Written]]:
    """The attributes that a block has from others alone, with the nearest that writes each."""
    own = {_name(entry) for entry in written.block.body.entries}
    found: dict[str, Written] = {}
    for base in bases_of(written, kind):
        for entry in base.block.body.entries:
            if _name(entry) not in own:
                found.setdefault(_name(entry), base)
    there = {name for item in items_of(analysis, written, kind) for name, _ in attributes_of(item)}
    return [(name, base) for name, base in found.items() if name in there]


def _name(entry: Attribute | Block) -> str:
    return entry.name.text if isinstance(entry, Attribute) else entry.keyword.text


def called(written: Written) -> str:
    """`common.base`, or `base` in the file itself."""
    label = written.block.label
    return written.module.qualified(label.text if label is not None else "")


def spelled(value: Any, longest: int = _LONGEST) -> str:
    """A value of the document as one would write it, shortened to about `longest` characters. A secret is its name."""
    text = _spelled(value)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _spelled(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case str():
            return quote(value)
        case list():
            return "[" + ", ".join(_spelled(item) for item in value) + "]"
        case {"bytes": int(size)}:
            return _in_units(size, _UNITS, "B")
        case {"seconds": int() | float() as seconds}:
            return _in_units(seconds, _TIMES, "s")
        case {"$param": str(name)}:
            return f"param.{name}"
        case {"secret": str(name)}:
            return f"secret.{name}"
        case {"run": str(run), "output": str(output)}:
            return f"run.{run}.outputs.{output}"
        case {"input": str(name)} if len(value) == 1:
            return f"inputs.{name}"
        case {"output": str(name)} if len(value) == 1:
            return f"outputs.{name}"
        case {"join": list(parts)} if len(value) == 1:
            return _joined(parts)
        case (
            {"environment": str(name)} | {"index": str(name)} | {"model": str(name)} | {"channel": str(name)}
        ) if len(value) == 1:
            return name
        case {"text": str(text)} | {"spec": str(text)} | {"path": str(text)}:  # packages, and paths
            return quote(text)
        case dict():
            return "{ " + ", ".join(f"{key} = {_spelled(item)}" for key, item in value.items()) + " }"
    return quote(str(value))


def _joined(parts: list[Any]) -> str:
    """A string that an engine completes: a reference alone, or one with holes."""
    if len(parts) == 1 and not isinstance(parts[0], str):
        return _spelled(parts[0])
    inside = (quote(part)[1:-1] if isinstance(part, str) else f"${{{_spelled(part)}}}" for part in parts)
    return '"' + "".join(inside) + '"'


def _in_units(number: float, units: tuple[tuple[str, int], ...], smallest: str) -> str:
    for unit, size in units:
        if number and number % size == 0:
            return f"{number_text(number / size)}{unit}"
    return f"{number_text(number)}{smallest}"


def place_of(analysis: Analysis, span: Span) -> str:
    """`base.envspec:4`."""
    source = analysis.checked.resolution.sources.get(span.file)
    return span.file if source is None else f"{span.file}:{source.line_of(span.start)}"
